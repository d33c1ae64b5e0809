// The inputs and outputs of a subgraph: made, named, taken away, with the nodes that stand for it following, their links and the
// values of their widgets included.
import type { Edit } from './document.ts';
import { newUuid } from './ids.ts';
import { instancesOf, definitionsTouched, type Instance } from './instances.ts';
import { newObject, type Json, type JsonObject } from './json.ts';
import { INPUT_EDGE, linksOf, OUTPUT_EDGE, readLink, slotsIn, type Id } from './links.ts';
import { isOwn, proxiesOf, rowsOf, type Row } from './rows.ts';
import { append, cut, drop, isEdge, join, newInput, newOutput, originOf, targetOf, type At, type End } from './wire.ts';
import { entryAt } from './values.ts';

export type Side = 'inputs' | 'outputs';

const rowsAt = (at: At, { node, graph }: Instance): Row[] => rowsOf(node, { doc: at.doc, graph, defs: at.defs, deep: 0 });

/** A name that none of the slots has: "image", "image_1", … */
export function freeName(slots: readonly (JsonObject | undefined)[], name: string): string {
  const taken = new Set(slots.map((s) => s?.['name']));
  let free = name || 'value';
  for (let n = 1; taken.has(free); n++) free = `${name || 'value'}_${n}`;
  return free;
}

export function newSlot(name: string, type: string): JsonObject {
  return newObject({ id: newUuid(), name, type, linkIds: [] });
}

/** The values that a node has itself, by widget. */
function ownValues(at: At, instance: Instance): Map<string, Json> {
  const own = rowsAt(at, instance).map((r) => [r.name, entryAt(instance.node, r.place)] as const);
  return new Map(own.filter((pair): pair is [string, Json] => pair[1] !== undefined && pair[1] !== null));
}

/** Puts the values where they belong now; a list that stands beside proxies goes by these, and stays. */
function replaceValues(e: Edit, at: At, instance: Instance, values: ReadonlyMap<string, Json>) {
  const list = instance.node['widgets_values'];
  const proxies = proxiesOf(instance.node);
  if (!Array.isArray(list) || !values.size || proxies.some(isOwn) || (proxies.length > 0 && list.length === proxies.length)) return;
  const made = rowsAt(at, instance).map((r) => values.get(r.name) ?? null);
  if (made.length === proxies.length) made.push(null); // one as long would stand beside them
  if (made.length !== list.length || made.some((v, k) => !Object.is(v, list[k]))) e.splice(list, 0, list.length, ...made);
}

/** A change of the edge, after which every node that stands for the subgraph has the values it had. */
function keepingValues(e: Edit, at: At, change: (instances: readonly Instance[]) => void) {
  const instances = instancesOf(at.doc, at.graph);
  const before = instances.map((i) => [i, ownValues(at, i)] as const);
  change(instances);
  for (const [instance, values] of before) replaceValues(e, at, instance, values);
  definitionsTouched(e, at.doc, at.graph);
}

// ------------------------------------------------------------------ new ones

function addSlot(e: Edit, at: At, side: Side, name: string, type: string, widget: string | undefined): number {
  const slots = slotsIn(at.graph, side);
  const free = freeName(slots, name);
  append(e, at.graph, side, newSlot(free, type));
  for (const { node } of instancesOf(at.doc, at.graph))
    append(e, node, side, side === 'inputs' ? newInput({ name: free, type, optional: false, ...(widget === undefined ? {} : { widget: free }) }) : newOutput(free, type));
  return slots.length;
}

/** An input of a node within gets an input of the subgraph; an output, an output. Returns the new one's index. */
export function expose(at: At, side: Side, end: End): number | undefined {
  const socket = side === 'inputs' ? targetOf(at, end) : originOf(at, end);
  if (!socket || isEdge(end.node) || at.graph === at.doc.raw) return undefined;
  let index: number | undefined;
  at.doc.transact('expose', (e) => keepingValues(e, at, () => {
    index = addSlot(e, at, side, socket.label || socket.name, socket.type, side === 'inputs' ? socket.widget : undefined);
    if (side === 'inputs') join(e, at, { node: INPUT_EDGE, index }, end);
    else join(e, at, end, { node: OUTPUT_EDGE, index });
  }));
  return index;
}

/** What people call a slot; its name stays, by which files find it. */
export function labelSlot(at: At, side: Side, index: number, label: string) {
  const slot = slotsIn(at.graph, side)[index];
  if (!slot) return;
  at.doc.transact('rename', (e) => {
    e.set(slot, 'label', label);
    e.touch(side === 'inputs' ? INPUT_EDGE : OUTPUT_EDGE);
    definitionsTouched(e, at.doc, at.graph);
  }, `slot ${String(slot['id'])}`);
}

// ------------------------------------------------------------------ taking away

/** Links that begin, or end, at a later slot of a node than the one that goes, are of the slot before now. */
function renumber(e: Edit, graph: JsonObject, node: Id, end: 'from' | 'to', gone: number) {
  for (const raw of Array.isArray(graph['links']) ? graph['links'] : []) {
    const link = readLink(raw);
    const slot = end === 'from' ? link?.fromSlot : link?.toSlot;
    if (!link || slot === undefined || String(link[end]) !== String(node) || slot <= gone) continue;
    if (Array.isArray(raw)) e.set(raw, end === 'from' ? 2 : 4, slot - 1);
    else e.set(raw as JsonObject, end === 'from' ? 'origin_slot' : 'target_slot', slot - 1);
  }
}

function dropSlotOf(e: Edit, at: At, { node, graph }: Instance, side: Side, index: number, name: Json | undefined) {
  const list = node[side];
  const here = side === 'outputs' ? index : slotsIn(node, 'inputs').findIndex((i) => i?.['name'] === name);
  if (!Array.isArray(list) || here < 0 || here >= list.length) return;
  const links = linksOf(at.doc, graph);
  const id = node['id'] as Id;
  const gone = side === 'outputs' ? links.from(id).filter((l) => l.fromSlot === here) : links.into(id).filter((l) => l.toSlot === here);
  cut(e, { ...at, graph }, gone.map((l) => l.id));
  e.splice(list, here, 1);
  renumber(e, graph, id, side === 'outputs' ? 'from' : 'to', here);
  e.touch(id);
}

/** Takes an input or an output of the subgraph away, with its links within and around. */
export function removeSlot(at: At, side: Side, index: number) {
  const list = at.graph[side];
  const slot = slotsIn(at.graph, side)[index];
  if (!Array.isArray(list) || !slot || at.graph === at.doc.raw) return;
  const edge = side === 'inputs' ? INPUT_EDGE : OUTPUT_EDGE;
  const within = linksOf(at.doc, at.graph);
  const gone = side === 'inputs' ? within.from(edge).filter((l) => l.fromSlot === index) : within.into(edge).filter((l) => l.toSlot === index);
  at.doc.transact('remove', (e) => keepingValues(e, at, (instances) => {
    cut(e, at, gone.map((l) => l.id));
    for (const instance of instances) dropSlotOf(e, at, instance, side, index, slot['name']);
    drop(e, list, (s) => s === slot);
    renumber(e, at.graph, edge, side === 'inputs' ? 'from' : 'to', index);
    e.touch(edge);
  }));
}
