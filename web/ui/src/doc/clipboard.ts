// Parts of workflows as text: copied, pasted, doubled. What is pasted may be ours, a canvas's clipboard, or a whole workflow.
import type { Edit } from './document.ts';
import { Document } from './document.ts';
import { around, type Pair } from './geometry.ts';
import { groupsOf } from './groups.ts';
import { newUuid } from './ids.ts';
import { definitionsOf, holdsItself } from './instances.ts';
import { copy, isObject, newObject, parse, print, type Json, type JsonObject } from './json.ts';
import { readLink, writeLink, type Id, type Link } from './links.ts';
import type { Items } from './ops-nodes.ts';
import { membersOfGroups } from './ops-groups.ts';
import { cropOf, cutOut, plant, type Crop } from './plant.ts';
import { shapeOf } from './shapes.ts';
import { append, join, originOf, type At } from './wire.ts';

const asObject = (link: Link, last: Id | undefined): Json => {
  const raw = writeLink(link, [], true) as JsonObject;
  return last === undefined ? raw : Object.assign(raw, { parentId: last });
};

function payloadOf(at: At, crop: Crop): JsonObject {
  const links = new Map(crop.links.map((l) => [String(l.id), l.id]));
  return newObject({
    limn: 1,
    nodes: crop.nodes.map((n) => cutOut(n, links)),
    links: crop.links.map((l) => asObject(l, crop.last.get(String(l.id)))),
    groups: crop.groups.map((g) => copy(g.raw)),
    reroutes: crop.points.map((p) => copy(p.raw)),
    subgraphs: definitionsOf(at.doc, crop.nodes).map((d) => copy(d)),
    outer: crop.into.map((l) => asObject(l, undefined)),
    ...(crop.floating.length ? { floatingLinks: crop.floating.map((f) => copy(f.raw)) } : {}),
  });
}

/** A selection, and what is in its groups. */
export function withMembers(at: At, { nodes = [], links = [], groups = [], reroutes = [] }: Items): Required<Items> {
  const within = membersOfGroups(at, groups);
  const all = <T extends Id>(some: readonly T[], more: Iterable<T>) => [...new Map([...some, ...more].map((id) => [String(id), id])).values()];
  return { links, nodes: all(nodes, within.nodes), groups: all(groups, within.groups), reroutes: all(reroutes, within.reroutes) };
}

/** The text that copying makes of a selection, groups with what is in them; undefined where nothing is chosen. */
export function copyItems(at: At, items: Items): string | undefined {
  const { nodes, groups } = withMembers(at, items);
  const crop = cropOf(at.doc, at.graph, nodes, groups);
  return crop.nodes.length || crop.groups.length ? print(payloadOf(at, crop)) : undefined;
}

// ------------------------------------------------------------------ reading what is pasted

interface Pasted {
  doc: Document;
  outer: Link[];
}

/** A clipboard's text as a document of its own; undefined where it is none. */
function readPasted(text: string): Pasted | undefined {
  try {
    const raw = parse(text);
    if (!isObject(raw) || !Array.isArray(raw['nodes'])) return undefined;
    if (Array.isArray(raw['subgraphs']) && !isObject(raw['definitions'])) raw['definitions'] = newObject({ subgraphs: raw['subgraphs'] });
    const outer = Array.isArray(raw['outer']) ? raw['outer'].map(readLink).filter((l) => l !== undefined) : [];
    const doc = new Document(print(raw));
    return doc.nodes().length || groupsOf(doc.raw).length ? { doc, outer } : undefined;
  } catch {
    return undefined; // a text like any other
  }
}

/** What a text is: a part of a workflow, a whole one (which says its version, or counts its nodes), or neither. */
export function kindOfText(text: string): 'part' | 'workflow' | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  const raw = readPasted(text)?.doc.raw;
  return raw && (['version', 'last_node_id', 'state'].some((key) => raw[key] !== undefined) ? 'workflow' : 'part');
}

// ------------------------------------------------------------------ subgraphs that come along

const sameMeaning = (a: JsonObject, b: JsonObject) => print(a) === print(b);

/** The file's list of definitions, made where there is none yet. */
export function addDefinitions(e: Edit, doc: Document, definitions: readonly JsonObject[]) {
  if (!definitions.length) return;
  if (!isObject(doc.raw['definitions'])) e.set(doc.raw, 'definitions', newObject());
  append(e, doc.raw['definitions'] as JsonObject, 'subgraphs', ...definitions);
}

/** Gives nodes the types that their definitions have now. */
function retype(nodes: Json | undefined, ids: ReadonlyMap<string, string>) {
  for (const node of Array.isArray(nodes) ? nodes : [])
    if (isObject(node) && typeof node['type'] === 'string') node['type'] = ids.get(node['type']) ?? node['type'];
}

/** Definitions that the file has not come as they are; one that means something else here comes under a new id. */
function bringDefinitions(e: Edit, at: At, from: Document) {
  const needed = definitionsOf(from, from.nodes());
  const ids = new Map<string, string>();
  for (const definition of needed) {
    const here = at.doc.definition(definition['id']);
    if (here && !sameMeaning(here, definition)) ids.set(String(definition['id']), newUuid());
  }
  // what holds one that was given a new id is another one, too
  for (let before = -1; before !== ids.size; ) {
    before = ids.size;
    for (const d of needed)
      if (!ids.has(String(d['id'])) && from.nodes(d).some((n) => ids.has(String(n['type'])))) ids.set(String(d['id']), newUuid());
  }
  const fresh = needed.filter((d) => ids.has(String(d['id'])) || !at.doc.definition(d['id'])).map((d) => {
    const made = copy(d);
    made['id'] = ids.get(String(d['id'])) ?? (d['id'] as Json);
    delete made['definitions'];
    retype(made['nodes'], ids);
    return made;
  });
  addDefinitions(e, at.doc, fresh);
  retype(from.raw['nodes'], ids);
}

// ------------------------------------------------------------------ pasting

export interface PasteHow {
  corner?: Pair; // where the left upper corner of it all comes; else a little beside where it was
  connect?: boolean; // links from outside are made again, where what they came from is there
}

function cornerOf(doc: Document, defs: At['defs']): Pair {
  const box = around([...doc.nodes().map((n) => shapeOf(n, doc.raw, doc, defs)), ...groupsOf(doc.raw)]);
  return [box?.x ?? 0, box?.y ?? 0];
}

function reconnect(e: Edit, at: At, outer: readonly Link[], nodes: ReadonlyMap<string, Id>) {
  for (const link of outer) {
    const node = nodes.get(String(link.to));
    const origin = originOf(at, { node: link.from, index: link.fromSlot });
    if (node !== undefined && origin && (origin.type === link.type || link.type === '*' || origin.type === '*'))
      join(e, at, { node: link.from, index: link.fromSlot }, { node, index: link.toSlot });
  }
}

/** Puts what a text holds into the graph, and says what of it can be chosen now. Undefined where the text is no part of a
 * workflow. What would put a subgraph into itself is left out. */
export function paste(at: At, text: string, how: PasteHow = {}): Required<Items> | undefined {
  const pasted = readPasted(text);
  if (!pasted) return undefined;
  const { doc, outer } = pasted;
  const made: Required<Items> = { nodes: [], links: [], groups: [], reroutes: [] };
  at.doc.transact('paste', (e) => {
    bringDefinitions(e, at, doc);
    const ids = doc.nodes().filter((n) => !holdsItself(at.doc, at.graph, n['type'])).map((n) => n['id'] as Id);
    const from = cornerOf(doc, at.defs);
    const by: Pair = how.corner ? [how.corner[0] - from[0], how.corner[1] - from[1]] : [30, 30];
    const planted = plant(e, at, cropOf(doc, doc.raw, ids, groupsOf(doc.raw).map((g) => g.index)), by);
    if (how.connect) reconnect(e, at, outer, planted.nodes);
    made.nodes = [...planted.nodes.values()];
    made.groups = [...planted.groups];
    made.reroutes = [...planted.points.values()];
  });
  return made;
}

/** A second one of what is chosen, moved by that much. */
export function duplicate(at: At, items: Items, [dx, dy]: Pair = [30, 30], connect = false): Required<Items> | undefined {
  const text = copyItems(at, items);
  const whole = text === undefined ? undefined : readPasted(text)?.doc;
  if (text === undefined || !whole) return undefined;
  const [x, y] = cornerOf(whole, at.defs);
  return paste(at, text, { corner: [x + dx, y + dy], connect });
}
