// A group node becomes a subgraph, which is what canvases have in its place since 2025: the same nodes, with the values that it had.
import { addDefinitions } from './clipboard.ts';
import type { Edit } from './document.ts';
import { freeName, newSlot } from './edge.ts';
import { pairOf } from './geometry.ts';
import { groupNodeOf, readGroupNode, type GroupInput, type GroupNode } from './group-node.ts';
import { newUuid, nextId } from './ids.ts';
import { newObject, type Json, type JsonObject } from './json.ts';
import { INPUT_EDGE, linksOf, OUTPUT_EDGE, slotsIn, type Id } from './links.ts';
import { putValue } from './ops.ts';
import { putNodes, takeNodes } from './ops-nodes.ts';
import { rowsOf, widgetOf } from './rows.ts';
import { TITLE } from './shape.ts';
import { placesOf } from './values.ts';
import { join, newInput, newOutput, shapeAt, type At, type End } from './wire.ts';

interface Crossing {
  input: GroupInput;
  origin: End | undefined;
}

const nameOf = (type: Json | undefined): string => String(type).replace(/^workflow[>/]/, '');

/** Every socket of the group node, and those of its widgets that are linked. */
function crossingsOf(at: At, node: JsonObject, group: GroupNode): Crossing[] {
  const inFile = slotsIn(node, 'inputs');
  const links = linksOf(at.doc, at.graph).into(node['id'] as Id);
  const origins = new Map(links.map((l) => [widgetOf(inFile[l.toSlot]) ?? String(inFile[l.toSlot]?.['name']), { node: l.from, index: l.fromSlot }]));
  return group.inputs.map((input) => ({ input, origin: origins.get(input.outer) })).filter((c) => !c.input.widget || c.origin);
}

/** The nodes within, with ids of their own, and the values that the group node has for them. */
function innerNodes(e: Edit, at: At, node: JsonObject, group: GroupNode, definition: JsonObject): Id[] {
  const first = nextId(at.doc, 'Node');
  const made = group.nodes.map((raw, k) => {
    raw['id'] = first + k;
    delete raw['index'];
    if (typeof raw['mode'] !== 'number') raw['mode'] = 0;
    for (const input of slotsIn(raw, 'inputs')) if (input) input['link'] = null;
    for (const output of slotsIn(raw, 'outputs')) if (output) output['links'] = null;
    return raw;
  });
  const inner: At = { ...at, graph: definition };
  putNodes(e, inner, made);
  const list = Array.isArray(node['widgets_values']) ? node['widgets_values'] : undefined;
  const places = list && placesOf(list, group.values);
  for (const { node: k, name, outer, widget } of group.inputs) {
    const place = places?.value.get(outer);
    const raw = made[k];
    const row = widget && raw ? rowsOf(raw, { ...inner, deep: 0 }).find((r) => r.name === name) : undefined;
    const value = place === undefined ? undefined : list?.[place];
    if (raw && row?.place !== undefined && value !== undefined) putValue(e, raw, row.place, { ...row, y: 0, height: 0 }, value);
  }
  return made.map((n) => n['id'] as Id);
}

/** Joins the nodes within; returns how an input of one of them is found. */
function joinWithin(e: Edit, inner: At, group: GroupNode, ids: readonly Id[]): EndOf {
  const end: EndOf = (k, name) => {
    const node = ids[k] as Id;
    return { node, index: shapeAt(inner, node)?.inputs.find((i) => i.name === name)?.index ?? -1 };
  };
  for (const link of group.links) join(e, inner, { node: ids[link.from] as Id, index: link.fromSlot }, end(link.to, link.name));
  return end;
}

function newDefinition(name: string, nodes: readonly JsonObject[]): JsonObject {
  const x = nodes.map((n) => pairOf(n, 'pos')[0]);
  const right = nodes.map((n) => pairOf(n, 'pos')[0] + pairOf(n, 'size')[0]);
  const top = Math.min(0, ...nodes.map((n) => pairOf(n, 'pos')[1] - TITLE));
  const edge = (id: number, left: number) => newObject({ id, bounding: [left, top, 120, 60] });
  return newObject({
    id: newUuid(), version: 1, state: newObject({ lastGroupId: 0, lastNodeId: 0, lastLinkId: 0, lastRerouteId: 0 }), revision: 0, config: newObject(), name,
    inputNode: edge(INPUT_EDGE, Math.min(0, ...x) - 200), outputNode: edge(OUTPUT_EDGE, Math.max(0, ...right) + 80),
    inputs: [], outputs: [], widgets: [], nodes: [], groups: [], links: [], extra: newObject(),
  });
}

const typeAt = (at: At, end: End, side: 'inputs' | 'outputs'): string => shapeAt(at, end.node)?.[side].find((s) => s.index === end.index)?.type ?? '*';

const slotList = (definition: JsonObject, side: 'inputs' | 'outputs') => definition[side] as Json[];

function addSlot(e: Edit, definition: JsonObject, side: 'inputs' | 'outputs', name: string, type: string): number {
  const list = slotList(definition, side);
  e.splice(list, list.length, 0, newSlot(name, type));
  return list.length - 1;
}

type EndOf = (node: number, name: string) => End;

/** The inputs of the subgraph and, by them, those of the node that stands for it. */
function makeInputs(e: Edit, inner: At, crossings: readonly Crossing[], endOf: EndOf): JsonObject[] {
  return crossings.map(({ input }) => {
    const inside = endOf(input.node, input.name);
    const type = typeAt(inner, inside, 'inputs');
    join(e, inner, { node: INPUT_EDGE, index: addSlot(e, inner.graph, 'inputs', input.outer, type) }, inside);
    return newInput({ name: input.outer, type, optional: false, ...(input.widget ? { widget: input.outer } : {}) });
  });
}

function makeOutputs(e: Edit, inner: At, group: GroupNode, ids: readonly Id[]): JsonObject[] {
  return group.outputs.map(({ node, slot }) => {
    const inside: End = { node: ids[node] as Id, index: slot };
    const type = typeAt(inner, inside, 'outputs');
    const name = freeName(slotsIn(inner.graph, 'outputs'), shapeAt(inner, inside.node)?.outputs[slot]?.name || type);
    join(e, inner, inside, { node: OUTPUT_EDGE, index: addSlot(e, inner.graph, 'outputs', name, type) });
    return newOutput(name, type);
  });
}

/** The node that stands for the subgraph: where the group node was, showing the widgets that it showed. */
function standIn(node: JsonObject, type: Json, inputs: JsonObject[], outputs: JsonObject[], proxies: Json[]): JsonObject {
  const kept = Object.fromEntries(['title', 'color', 'bgcolor'].filter((k) => typeof node[k] === 'string').map((k) => [k, node[k] as Json]));
  return newObject({
    id: node['id'] as Id, type, pos: [...pairOf(node, 'pos')], size: [...pairOf(node, 'size')], flags: newObject(), order: node['order'] ?? 0, mode: node['mode'] ?? 0,
    inputs, outputs, properties: newObject(proxies.length ? { proxyWidgets: proxies } : {}), widgets_values: [], ...kept,
  });
}

/** The group node becomes a node that stands for a subgraph, of the same id, with the same links. False where it is no group node,
 * or one whose definition is gone. */
export function convertGroupNode(at: At, id: Id): boolean {
  const node = at.doc.node(id, at.graph);
  const found = groupNodeOf(at.doc, node?.['type']);
  if (!node || !found) return false;
  const group = readGroupNode(found, at.defs);
  const crossings = crossingsOf(at, node, group);
  const linked = new Set(crossings.map((c) => c.input));
  const out = linksOf(at.doc, at.graph).from(id);

  at.doc.transact('subgraph', (e) => {
    const definition = newDefinition(nameOf(node['type']), group.nodes);
    const inner: At = { ...at, graph: definition };
    addDefinitions(e, at.doc, [definition]);
    const ids = innerNodes(e, at, node, group, definition);
    const endOf = joinWithin(e, inner, group, ids);
    const inputs = makeInputs(e, inner, crossings, endOf);
    const outputs = makeOutputs(e, inner, group, ids);
    const proxies = group.inputs.filter((i) => i.widget && !linked.has(i)).map((i): Json => [String(ids[i.node]), i.name]);

    takeNodes(e, at, [id]);
    putNodes(e, at, [standIn(node, definition['id'] as Json, inputs, outputs, proxies)]);
    crossings.forEach(({ origin }, index) => origin && join(e, at, origin, { node: id, index }));
    for (const link of out) if (link.fromSlot < outputs.length) join(e, at, { node: id, index: link.fromSlot }, { node: link.to, index: link.toSlot });
  });
  return true;
}
