// Links made and cut within a transaction: both ends, the list, the edge of a subgraph and the points on them agree afterwards.
import type { Defs } from '../defs/def.ts';
import type { Document, Edit } from './document.ts';
import { nextId, noteId } from './ids.ts';
import { isObject, newObject, type Json, type JsonObject } from './json.ts';
import { INPUT_EDGE, linksOf, OUTPUT_EDGE, readLink, writeLink, type Id, type Link } from './links.ts';
import { rerouteList, reroutesOf, type Reroute } from './reroutes.ts';
import type { NodeShape, SocketShape } from './shape.ts';
import { edgesOf, shapeOf } from './shapes.ts';
import { definitionsTouched } from './instances.ts';

/** Where something is done: a graph of a document, and the classes that there are. */
export interface At {
  doc: Document;
  graph: JsonObject;
  defs: Defs;
}

/** A socket: `index` is its shape's. A subgraph's edges are the nodes -10 and -20. */
export interface End {
  node: Id;
  index: number;
}

export const isEdge = (id: Id): boolean => String(id) === String(INPUT_EDGE) || String(id) === String(OUTPUT_EDGE);

/** The shape of a node, or of an edge of the subgraph. */
export function shapeAt({ doc, graph, defs }: At, id: Id): NodeShape | undefined {
  if (isEdge(id)) return graph === doc.raw ? undefined : edgesOf(graph, doc)[String(id) === String(INPUT_EDGE) ? 'input' : 'output'];
  const node = doc.node(id, graph);
  return node && shapeOf(node, graph, doc, defs);
}

export const originOf = (at: At, end: End): SocketShape | undefined => shapeAt(at, end.node)?.outputs.find((s) => s.index === end.index);
export const targetOf = (at: At, end: End): SocketShape | undefined => shapeAt(at, end.node)?.inputs.find((s) => s.index === end.index);

// ------------------------------------------------------------------ lists

/** Takes items out of a list, run by run. */
export function drop(e: Edit, list: Json[], which: (item: Json) => boolean) {
  for (let end = list.length; end > 0; ) {
    if (!which(list[end - 1] as Json)) {
      end--;
      continue;
    }
    let from = end - 1;
    while (from > 0 && which(list[from - 1] as Json)) from--;
    e.splice(list, from, end - from);
    end = from;
  }
}

/** Adds to a list that a graph or a node may not have yet. */
export function append(e: Edit, of: JsonObject, member: string, ...items: Json[]) {
  const list = of[member];
  if (!items.length) return;
  if (Array.isArray(list)) e.splice(list, list.length, 0, ...items);
  else e.set(of, member, items);
}

const slotList = (of: JsonObject, member: 'inputs' | 'outputs'): Json[] => (Array.isArray(of[member]) ? of[member] : []);

// ------------------------------------------------------------------ cutting

function dropFromEnds(e: Edit, at: At, ids: ReadonlySet<string>) {
  const gone = (id: Json) => ids.has(String(id));
  for (const node of at.doc.nodes(at.graph)) {
    let changed = false;
    for (const input of slotList(node, 'inputs'))
      if (isObject(input) && input['link'] !== null && input['link'] !== undefined && gone(input['link'])) {
        e.set(input, 'link', null);
        changed = true;
      }
    for (const output of slotList(node, 'outputs'))
      if (isObject(output) && Array.isArray(output['links']) && output['links'].some(gone)) {
        drop(e, output['links'], gone);
        changed = true;
      }
    if (changed) e.touch(node['id'] as Id);
  }
  if (at.graph === at.doc.raw) return;
  for (const member of ['inputs', 'outputs'] as const)
    for (const slot of slotList(at.graph, member))
      if (isObject(slot) && Array.isArray(slot['linkIds']) && slot['linkIds'].some(gone)) {
        drop(e, slot['linkIds'], gone);
        e.touch(member === 'inputs' ? INPUT_EDGE : OUTPUT_EDGE);
        definitionsTouched(e, at.doc, at.graph);
      }
}

/** The points that lead to where links wait for their other end. */
function waitingAt({ doc, graph }: At): Set<Reroute> {
  const { byId } = reroutesOf(doc, graph);
  const found = new Set<Reroute>();
  for (const raw of Array.isArray(graph['floatingLinks']) ? graph['floatingLinks'] : [])
    for (let r = isObject(raw) ? byId.get(String(raw['parentId'])) : undefined; r && !found.has(r); r = byId.get(String(r.parent))) found.add(r);
  return found;
}

/** Points that only links which go were drawn through go with them. */
function dropPoints(e: Edit, at: At, ids: ReadonlySet<string>) {
  const { along, all } = reroutesOf(at.doc, at.graph);
  if (!all.length) return;
  const points = new Set([...ids].flatMap((id) => along(id)));
  const kept = new Set<unknown>();
  for (const link of linksOf(at.doc, at.graph).all) if (!ids.has(String(link.id))) for (const r of along(link.id)) kept.add(r);
  for (const r of waitingAt(at)) kept.add(r);
  const gone = new Set<Json>([...points].filter((r) => !kept.has(r) && r.raw['floating'] === undefined).map((r) => r.raw));
  for (const { raw } of points)
    if (!gone.has(raw) && Array.isArray(raw['linkIds'])) drop(e, raw['linkIds'], (id) => ids.has(String(id)));
  const list = rerouteList(at.graph);
  if (list && gone.size) drop(e, list, (r) => gone.has(r));
  const extensions = isObject(at.graph['extra']) ? at.graph['extra']['linkExtensions'] : undefined;
  if (Array.isArray(extensions)) drop(e, extensions, (x) => isObject(x) && ids.has(String(x['id'])));
}

/** Cuts links, wherever they are noted. */
export function cut(e: Edit, at: At, which: Iterable<Id>) {
  const ids = new Set([...which].map(String));
  if (!ids.size) return;
  dropPoints(e, at, ids);
  dropFromEnds(e, at, ids);
  const list = at.graph['links'];
  if (Array.isArray(list)) drop(e, list, (raw) => ids.has(String(readLink(raw)?.id)));
}

// ------------------------------------------------------------------ joining

/** A slot as canvases write a new one. */
export function newInput(socket: Pick<SocketShape, 'name' | 'type' | 'widget' | 'optional'>): JsonObject {
  const widget = socket.widget === undefined ? {} : { widget: newObject({ name: socket.widget }) };
  const optional = socket.optional && socket.widget === undefined ? { shape: 7 } : {};
  return newObject({ name: socket.name, type: socket.type, ...optional, ...widget, link: null });
}

export function newOutput(name: string, type: string): JsonObject {
  return newObject({ name, type, links: null });
}

function inputAt(e: Edit, node: JsonObject, socket: SocketShape): { slot: JsonObject; index: number } {
  const list = slotList(node, 'inputs');
  const slot = list[socket.index];
  if (isObject(slot)) {
    if (socket.widget !== undefined && !isObject(slot['widget'])) e.set(slot, 'widget', newObject({ name: socket.widget }));
    return { slot, index: socket.index };
  }
  const made = newInput(socket);
  append(e, node, 'inputs', made);
  return { slot: made, index: slotList(node, 'inputs').length - 1 };
}

function outputAt(e: Edit, node: JsonObject, shape: NodeShape, index: number): JsonObject {
  const missing = shape.outputs.slice(slotList(node, 'outputs').length);
  if (index >= slotList(node, 'outputs').length) append(e, node, 'outputs', ...missing.map((o) => newOutput(o.name, o.type)));
  const slot = slotList(node, 'outputs')[index];
  if (isObject(slot)) return slot;
  const made = newOutput(shape.outputs[index]?.name ?? '', shape.outputs[index]?.type ?? '*');
  e.set(slotList(node, 'outputs'), index, made);
  return made;
}

const edgeSlot = (graph: JsonObject, member: 'inputs' | 'outputs', index: number): JsonObject | undefined => {
  const slot = slotList(graph, member)[index];
  return isObject(slot) ? slot : undefined;
};

function joinOrigin(e: Edit, at: At, end: End, id: Id): boolean {
  if (isEdge(end.node)) {
    const slot = edgeSlot(at.graph, 'inputs', end.index);
    if (slot) append(e, slot, 'linkIds', id);
    definitionsTouched(e, at.doc, at.graph);
    return slot !== undefined;
  }
  const node = at.doc.node(end.node, at.graph);
  const shape = shapeAt(at, end.node);
  if (node && shape) append(e, outputAt(e, node, shape, end.index), 'links', id);
  return node !== undefined;
}

function joinTarget(e: Edit, at: At, end: End, socket: SocketShape, id: Id): number {
  if (isEdge(end.node)) {
    const slot = edgeSlot(at.graph, 'outputs', end.index);
    if (slot) append(e, slot, 'linkIds', id);
    definitionsTouched(e, at.doc, at.graph);
    return end.index;
  }
  const node = at.doc.node(end.node, at.graph) as JsonObject;
  const { slot, index } = inputAt(e, node, socket);
  e.set(slot, 'link', id);
  return index;
}

/** What a link carries: what its origin gives, or, where that may be anything, what its target takes. */
function typeBetween(origin: SocketShape, target: SocketShape): string {
  return origin.type === '*' || origin.type === '' ? target.type : origin.type;
}

/** Joins two sockets; what the input was linked to before is cut. Undefined where one of them is not there. */
export function join(e: Edit, at: At, from: End, to: End): Id | undefined {
  const origin = originOf(at, from);
  const target = targetOf(at, to);
  if (!origin || !target) return undefined;
  const id = nextId(at.doc, 'Link');
  const type = typeBetween(origin, target);
  cut(e, at, target.links);
  joinOrigin(e, at, from, id);
  const toSlot = joinTarget(e, at, to, target, id);
  const list = Array.isArray(at.graph['links']) ? at.graph['links'] : [];
  const link: Link = { id, from: from.node, fromSlot: from.index, to: to.node, toSlot, type };
  append(e, at.graph, 'links', writeLink(link, list, at.graph !== at.doc.raw || at.graph['version'] === 1));
  noteId(e, at.doc, at.graph, 'Link', id);
  e.touch(from.node);
  e.touch(to.node);
  return id;
}
