// One view of a link, whichever of its two shapes a file uses: [id, from, slot, to, slot, type], or an object. Which input a
// link leads to is said by the node, as the C program and canvases read it; the slot that the link names is a hint.
import type { Document } from './document.ts';
import { isObject, newObject, type Json, type JsonObject } from './json.ts';

export type Id = number | bigint | string;
export interface Link {
  id: Id;
  from: Id;
  fromSlot: number;
  to: Id;
  toSlot: number;
  type: Json;
}

/** The nodes that a subgraph's edge is called by in links. */
export const INPUT_EDGE = -10;
export const OUTPUT_EDGE = -20;

const MEMBERS = ['id', 'origin_id', 'origin_slot', 'target_id', 'target_slot', 'type'] as const;

export function isId(value: unknown): value is Id {
  return typeof value === 'string' || typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value));
}

/** Old files have slots as texts. */
function slotOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : undefined;
}

/** Undefined for what is no link: null, a list that is too short, an id that is none. */
export function readLink(raw: Json | undefined): Link | undefined {
  const [id, from, origin, to, target, type = '*'] = Array.isArray(raw) ? raw : isObject(raw) ? MEMBERS.map((m) => raw[m]) : [];
  const fromSlot = slotOf(origin);
  const toSlot = slotOf(target);
  if (!isId(id) || !isId(from) || !isId(to) || fromSlot === undefined || toSlot === undefined) return undefined;
  return { id, from, fromSlot, to, toSlot, type };
}

/** In the shape of the list it joins; subgraphs have objects, and an empty list of a workflow has none yet. */
export function writeLink(link: Link, among: readonly Json[], inSubgraph = false): Json {
  const values: Json[] = [link.id, link.from, link.fromSlot, link.to, link.toSlot, link.type];
  const like = among.find((l) => readLink(l));
  if (like === undefined ? !inSubgraph : Array.isArray(like)) return values;
  return newObject(Object.fromEntries(MEMBERS.map((m, i) => [m, values[i] as Json])));
}

// ------------------------------------------------------------------ all of a graph

export interface Links {
  /** Those that join two ends that are there, the target's slot as the node says it. */
  all: readonly Link[];
  byId: ReadonlyMap<string, Link>; // every link of the file, the first of each id; one that joins nothing as it stands
  from: (node: Id) => readonly Link[];
  into: (node: Id) => readonly Link[];
}

const NONE: readonly Link[] = [];

/** The inputs or outputs of a node or a definition, as far as they are objects; holes keep their place. */
export function slotsIn(of: JsonObject | undefined, member: 'inputs' | 'outputs'): readonly (JsonObject | undefined)[] {
  const list = of?.[member];
  return Array.isArray(list) ? list.map((s) => (isObject(s) ? s : undefined)) : [];
}

function push(to: Map<string, Link[]>, key: string, link: Link) {
  const list = to.get(key);
  if (list) list.push(link);
  else to.set(key, [link]);
}

function readAll(graph: JsonObject): Map<string, Link> {
  const byId = new Map<string, Link>();
  for (const raw of Array.isArray(graph['links']) ? graph['links'] : []) {
    const link = readLink(raw);
    if (link && !byId.has(String(link.id))) byId.set(String(link.id), link);
  }
  return byId;
}

function indexOf(doc: Document, graph: JsonObject): Links {
  const byId = readAll(graph);
  const all: Link[] = [];
  const from = new Map<string, Link[]>();
  const into = new Map<string, Link[]>();
  const taken = new Set<string>();
  const join = (id: Json | undefined, node: Id, toSlot: number) => {
    const found = isId(id) ? byId.get(String(id)) : undefined;
    if (!found || taken.has(String(id))) return;
    if (String(found.from) === String(INPUT_EDGE) ? graph === doc.raw : !doc.node(found.from, graph)) return;
    taken.add(String(id));
    const link = { ...found, to: node, toSlot };
    byId.set(String(id), link);
    all.push(link);
    push(from, String(link.from), link);
    push(into, String(node), link);
  };

  for (const node of doc.nodes(graph)) slotsIn(node, 'inputs').forEach((input, k) => join(input?.['link'], node['id'] as Id, k));
  if (graph !== doc.raw)
    slotsIn(graph, 'outputs').forEach((output, k) => {
      for (const id of Array.isArray(output?.['linkIds']) ? output['linkIds'] : []) join(id, OUTPUT_EDGE, k);
    });
  return { all, byId, from: (id) => from.get(String(id)) ?? NONE, into: (id) => into.get(String(id)) ?? NONE };
}

const known = new WeakMap<JsonObject, { doc: Document; at: number; links: Links }>();

/** Worked out once for each change of the document. */
export function linksOf(doc: Document, graph: JsonObject): Links {
  const found = known.get(graph);
  if (found && found.doc === doc && found.at === doc.changes) return found.links;
  const links = indexOf(doc, graph);
  known.set(graph, { doc, at: doc.changes, links });
  return links;
}
