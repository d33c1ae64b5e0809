// A selection becomes a subgraph, and a subgraph becomes the nodes that it is of. What runs is the same before and after.
import type { Edit } from './document.ts';
import { addDefinitions } from './clipboard.ts';
import { beforeLast, laidBy, leading, leadThrough, shareOut, type Chain, type Laid, type Part } from './chains.ts';
import { freeName, newSlot } from './edge.ts';
import { around, contains, type Box, type Pair } from './geometry.ts';
import { nextId, newUuid } from './ids.ts';
import { instancesOf } from './instances.ts';
import { isObject, newObject, type Json, type JsonObject } from './json.ts';
import { INPUT_EDGE, linksOf, OUTPUT_EDGE, slotsIn, type Id, type Link } from './links.ts';
import { putValue } from './ops.ts';
import { membersOfGroups } from './ops-groups.ts';
import { putNodes, settle, takeNodes, type Items } from './ops-nodes.ts';
import { newNode } from './make.ts';
import { cropOf, plant, type Crop, type Planted } from './plant.ts';
import { reroutesOf, type Reroute } from './reroutes.ts';
import { rowsOf, textOf, widgetOf } from './rows.ts';
import { shapeOf } from './shapes.ts';
import { entryAt, valueOf } from './values.ts';
import { drop, join, originOf, shapeAt, targetOf, type At, type End } from './wire.ts';

const EDGE_WIDTH = 120;
const EDGE_GAP = 80;
const UNMOVED: Pair = [0, 0];

// ------------------------------------------------------------------ nodes become a subgraph

interface Slot {
  name: string;
  type: string;
  widget: boolean;
  inner: End[]; // where it leads within; of an output, the one that it comes from
  outer: End[]; // of an input, the one that it comes from; where an output leads
  chains: Chain[]; // the points of each of its links
}

const typeText = (type: Json): string => (typeof type === 'string' ? type : '*');

/** One slot for each origin of links that cross, so that two links from one output come in through one input. */
function crossings(at: At, links: readonly Link[], side: 'in' | 'out'): Slot[] {
  const slots = new Map<string, Slot>();
  const { along } = reroutesOf(at.doc, at.graph);
  for (const link of links) {
    const from: End = { node: link.from, index: link.fromSlot };
    const to: End = { node: link.to, index: link.toSlot };
    const socket = side === 'in' ? targetOf(at, to) : originOf(at, from);
    const key = `${String(link.from)} ${link.fromSlot}`;
    const slot = slots.get(key);
    slot?.chains.push(along(link.id));
    if (slot) (side === 'in' ? slot.inner : slot.outer).push(to);
    else
      slots.set(key, {
        name: socket?.label || socket?.name || typeText(link.type).toLowerCase(),
        type: socket && socket.type !== '*' ? socket.type : typeText(link.type),
        widget: socket?.widget !== undefined,
        inner: [side === 'in' ? to : from],
        outer: [side === 'in' ? from : to],
        chains: [along(link.id)],
      });
  }
  return [...slots.values()];
}

function named(slots: readonly Slot[]): JsonObject[] {
  const made: JsonObject[] = [];
  for (const slot of slots) made.push(newSlot(freeName(made, slot.name), slot.type));
  return made;
}

const boundsOf = (x: number, y: number, n: number): JsonObject['bounding'] => [x, y, EDGE_WIDTH, 40 + 20 * n];

function newDefinition(name: string, box: Box, ins: readonly Slot[], outs: readonly Slot[]): JsonObject {
  const middle = box.y + box.height / 2;
  const edge = (id: number, x: number, n: number) => newObject({ id, bounding: boundsOf(x, middle - 20 - 10 * n, n) as Json });
  return newObject({
    id: newUuid(), version: 1, state: newObject({ lastGroupId: 0, lastNodeId: 0, lastLinkId: 0, lastRerouteId: 0 }), revision: 0, config: newObject(), name,
    inputNode: edge(INPUT_EDGE, box.x - EDGE_GAP - EDGE_WIDTH, ins.length), outputNode: edge(OUTPUT_EDGE, box.x + box.width + EDGE_GAP, outs.length),
    inputs: named(ins), outputs: named(outs), widgets: [], nodes: [], groups: [], links: [], reroutes: [], extra: newObject(),
  });
}

function boxOf(at: At, crop: Crop): Box | undefined {
  return around([...crop.nodes.map((n) => shapeOf(n, at.graph, at.doc, at.defs)), ...crop.groups]);
}

/** Leads the links of a slot, which were just made on one side of the edge, through the points that they have there. */
function leadAll(e: Edit, at: At, links: readonly (Id | undefined)[], chains: readonly Chain[], laid: Laid, own: boolean) {
  links.forEach((link, k) => {
    const points = chains[k];
    if (link !== undefined && points?.length) leadThrough(e, at, link, [{ points, by: UNMOVED }], laid, () => own);
  });
}

/** Which points are within: those that were chosen, and those that lie among the nodes. */
function within(items: Items, box: Box): (point: Reroute) => boolean {
  const chosen = new Set(items.reroutes?.map(String));
  return (point) => chosen.has(String(point.id)) || contains(box, point.at);
}

/** The selection, with what its groups hold, becomes a subgraph and one node that stands for it, whose id is returned. Undefined,
 * and nothing done, where no node is chosen. */
export function convertToSubgraph(at: At, items: Items, name: string): Id | undefined {
  const held = membersOfGroups(at, items.groups ?? []);
  const ids = [...new Set([...(items.nodes ?? []), ...held.nodes].map(String))];
  const crop = cropOf(at.doc, at.graph, ids, [...(items.groups ?? []), ...held.groups]);
  const box = boxOf(at, crop);
  if (!crop.nodes.length || !box) return undefined;
  const [ins, outs] = [crossings(at, crop.into, 'in'), crossings(at, crop.out, 'out')];
  const is = within({ reroutes: [...(items.reroutes ?? []), ...held.reroutes] }, box);
  const inward = ins.map((slot) => shareOut(slot.chains, (c) => beforeLast(c, is)));
  const outward = outs.map((slot) => shareOut(slot.chains, (c) => leading(c, is)));
  const id = nextId(at.doc, 'Node');

  at.doc.transact('subgraph', (e) => {
    const definition = newDefinition(name, box, ins, outs);
    addDefinitions(e, at.doc, [definition]);
    const inner: At = { ...at, graph: definition };
    const laid = laidBy(crop, plant(e, inner, crop, UNMOVED, true));
    ins.forEach((slot, index) =>
      leadAll(e, inner, slot.inner.map((end) => join(e, inner, { node: INPUT_EDGE, index }, end)), inward[index]?.rest ?? [], laid, false));
    outs.forEach((slot, index) =>
      leadAll(e, inner, slot.inner.map((end) => join(e, inner, end, { node: OUTPUT_EDGE, index })), [outward[index]?.one ?? []], laid, false));

    takeNodes(e, at, crop.nodes.map((n) => n['id'] as Id));
    const groups = new Set<Json>(crop.groups.map((g) => g.raw));
    if (Array.isArray(at.graph['groups'])) drop(e, at.graph['groups'], (g) => groups.has(g));
    standIn(e, at, id, definition, box, ins);
    const kept: Laid = new Map();
    ins.forEach((slot, index) =>
      leadAll(e, at, slot.outer.map((end) => join(e, at, end, { node: id, index })), [inward[index]?.one ?? []], kept, true));
    outs.forEach((slot, index) =>
      leadAll(e, at, slot.outer.map((end) => join(e, at, { node: id, index }, end)), outward[index]?.rest ?? [], kept, true));
  });
  return id;
}

/** Puts the node that stands for it where the nodes were. */
function standIn(e: Edit, at: At, id: Id, definition: JsonObject, box: Box, ins: readonly Slot[]) {
  const node = newNode(at, id, String(definition['id']));
  for (const [k, slot] of ins.entries()) {
    const input = (node['inputs'] as JsonObject[])[k];
    if (input && slot.widget) input['widget'] = newObject({ name: input['name'] as Json });
  }
  settle(at, node, [box.x, box.y]);
  putNodes(e, at, [node]);
}

// ------------------------------------------------------------------ a subgraph becomes nodes

/** Whether the nodes within can keep their ids in the graph around. */
function canKeepIds(at: At, definition: JsonObject): boolean {
  const elsewhere = new Set(at.doc.graphs().filter((g) => g !== definition).flatMap((g) => at.doc.nodes(g).map((n) => String(n['id']))));
  return instancesOf(at.doc, definition).length === 1 && !at.doc.nodes(definition).some((n) => elsewhere.has(String(n['id'])));
}

function handTo(e: Edit, at: At, node: JsonObject | undefined, name: string | undefined, value: Json) {
  const row = node && rowsOf(node, { ...at, deep: 0 }).find((r) => r.name === name);
  if (node && row?.place !== undefined && !Object.is(entryAt(node, row.place), value)) putValue(e, node, row.place, { ...row, y: 0, height: 0 }, value);
}

/** The values that a node has for widgets within go to these: to all that its input led to, unless a link brings them; and those of
 * widgets that it only shows, where it has its own. */
function handValuesDown(e: Edit, at: At, instance: JsonObject, definition: JsonObject, into: readonly Link[], planted: Planted) {
  const here = (id: Id) => at.doc.node(planted.nodes.get(String(id)) ?? '', at.graph);
  const slots = slotsIn(definition, 'inputs');
  for (const row of rowsOf(instance, { ...at, deep: 0 })) {
    const slot = slots.findIndex((s) => s?.['name'] === row.name);
    const value = valueOf(instance, { ...row, y: 0, height: 0 });
    if (row.linked || value === undefined || !row.source) continue;
    if (slot < 0) {
      const own = entryAt(instance, row.place);
      if (own !== undefined && own !== null) handTo(e, at, here(row.source.node['id'] as Id), row.source.widget.name, own);
      continue;
    }
    for (const link of into.filter((l) => l.fromSlot === slot)) {
      const end = slotsIn(at.doc.node(link.to, definition), 'inputs')[link.toSlot];
      handTo(e, at, here(link.to), widgetOf(end) ?? textOf(end?.['name']), value);
    }
  }
}

interface Beyond {
  end: End;
  points: Chain; // between it and the edge
}

interface Ends {
  origins: ReadonlyMap<number, Beyond>; // of the instance's inputs, by the definition's
  targets: ReadonlyMap<number, readonly Beyond[]>; // of its outputs
}

function endsOf(at: At, id: Id, definition: JsonObject): Ends {
  const links = linksOf(at.doc, at.graph);
  const { along } = reroutesOf(at.doc, at.graph);
  const sockets = shapeAt(at, id)?.inputs ?? [];
  const origins = new Map<number, Beyond>();
  const targets = new Map<number, Beyond[]>();
  slotsIn(definition, 'inputs').forEach((input, slot) => {
    const socket = sockets.find((s) => s.name === input?.['name']);
    const link = links.into(id).find((l) => l.toSlot === socket?.index);
    if (link) origins.set(slot, { end: { node: link.from, index: link.fromSlot }, points: along(link.id) });
  });
  for (const link of links.from(id))
    targets.set(link.fromSlot, [...(targets.get(link.fromSlot) ?? []), { end: { node: link.to, index: link.toSlot }, points: along(link.id) }]);
  return { origins, targets };
}

interface Inner {
  into: readonly Link[];
  out: readonly Link[];
  along: (link: Id) => Chain;
}

/** Links that led through the edge lead to what is behind it, through the points on both sides. */
function joinThrough(e: Edit, at: At, inner: Inner, ends: Ends, planted: Planted, laid: Laid, by: Pair) {
  const here = (id: Id) => planted.nodes.get(String(id));
  const outside = new Set([...ends.origins.values(), ...[...ends.targets.values()].flat()].flatMap((b) => b.points));
  const lead = (from: End, to: End, way: readonly Part[]) => {
    const link = join(e, at, from, to);
    if (link !== undefined) leadThrough(e, at, link, way, laid, (p) => outside.has(p));
  };
  const before = (slot: number): Part => ({ points: ends.origins.get(slot)?.points ?? [], by: UNMOVED });
  for (const link of inner.into) {
    const [origin, node] = [ends.origins.get(link.fromSlot)?.end, here(link.to)];
    if (origin && node !== undefined) lead(origin, { node, index: link.toSlot }, [before(link.fromSlot), { points: inner.along(link.id), by }]);
  }
  for (const link of inner.out) {
    const node = here(link.from);
    const through = String(link.from) === String(INPUT_EDGE);
    const origin = through ? ends.origins.get(link.fromSlot)?.end : node === undefined ? undefined : { node, index: link.fromSlot };
    const way: Part[] = [...(through ? [before(link.fromSlot)] : []), { points: inner.along(link.id), by }];
    for (const { end, points } of ends.targets.get(link.toSlot) ?? []) if (origin) lead(origin, end, [...way, { points, by: UNMOVED }]);
  }
}

/** Takes a definition out of the file; those within it are still needed. */
function dropDefinition(e: Edit, at: At, definition: JsonObject) {
  const within = isObject(definition['definitions']) ? definition['definitions']['subgraphs'] : undefined;
  if (Array.isArray(within)) addDefinitions(e, at.doc, within.filter(isObject));
  for (const graph of at.doc.graphs()) {
    const list = isObject(graph['definitions']) ? graph['definitions']['subgraphs'] : undefined;
    if (Array.isArray(list) && list.includes(definition)) return drop(e, list, (d) => d === definition);
  }
}

/** A node that stands for a subgraph becomes the nodes within, in its place; muted and bypassed if it was. The definition goes when
 * no other node stands for it. Returns the new nodes' ids. */
export function unpack(at: At, id: Id): readonly Id[] | undefined {
  const instance = at.doc.node(id, at.graph);
  const definition = at.doc.definition(instance?.['type']);
  if (!instance || !definition) return undefined;
  const links = linksOf(at.doc, definition);
  const crop = cropOf(at.doc, definition, at.doc.nodes(definition).map((n) => n['id'] as Id), (Array.isArray(definition['groups']) ? definition['groups'] : []).map((_, k) => k));
  const inner: Inner = { into: links.from(INPUT_EDGE), out: links.into(OUTPUT_EDGE), along: reroutesOf(at.doc, definition).along };
  const ends = endsOf(at, id, definition);
  const shape = shapeOf(instance, at.graph, at.doc, at.defs);
  const box = boxOf({ ...at, graph: definition }, crop);
  const last = instancesOf(at.doc, definition).length === 1;
  const by: Pair = [shape.x - (box?.x ?? 0), shape.y - (box?.y ?? 0)];
  let made: readonly Id[] = [];

  at.doc.transact('unpack', (e) => {
    const planted = plant(e, at, crop, by, canKeepIds(at, definition));
    made = [...planted.nodes.values()];
    handValuesDown(e, at, instance, definition, inner.into, planted);
    takeNodes(e, at, [id]);
    joinThrough(e, at, inner, ends, planted, laidBy(crop, planted), by);
    if (shape.mode !== 'runs')
      for (const node of made.map((n) => at.doc.node(n, at.graph))) if (node) e.set(node, 'mode', shape.mode === 'muted' ? 2 : 4);
    if (last) dropDefinition(e, at, definition);
  });
  return made;
}
