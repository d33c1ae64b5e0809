// Group nodes, which canvases had before subgraphs (type "workflow>Name", defined in extra.groupNodes): what their inputs, values
// and outputs stand for. What is not linked within shows outside, node by node, under names that do not repeat. The C program reads
// them by the same rules (core/graph/canvas_group.c).
import type { Defs, InputDef, NodeDef, Place } from '../defs/def.ts';
import type { Document } from './document.ts';
import { copy, isObject, newObject, type Json, type JsonObject } from './json.ts';
import { slotsIn } from './links.ts';
import { isNote, isPrimitive, isReroute, textOf, widgetOf } from './rows.ts';

/** A slot of a node within, by the node's place in the group. */
export interface Inner {
  node: number;
  name: string; // of the input
}

export interface GroupInput extends Inner {
  outer: string; // what the group node calls it
  widget: boolean;
}

export interface GroupLink {
  from: number;
  fromSlot: number;
  to: number;
  name: string; // of the target's input
  index: number;
}

export interface GroupNode {
  nodes: readonly JsonObject[]; // copies, without links
  links: readonly GroupLink[];
  inputs: readonly GroupInput[];
  outputs: readonly { node: number; slot: number }[];
  /** A class that keeps its values as the group node does, by outer names. */
  values: NodeDef;
}

/** The definition that a type stands for; undefined where it is no group node's. */
export function groupNodeOf(doc: Document, type: Json | undefined): JsonObject | undefined {
  const name = typeof type === 'string' ? /^workflow[>/](.+)$/s.exec(type)?.[1] : undefined;
  const all = isObject(doc.raw['extra']) ? doc.raw['extra']['groupNodes'] : undefined;
  const found = name !== undefined && isObject(all) && Object.hasOwn(all, name) ? all[name] : undefined;
  return isObject(found) ? found : undefined;
}

interface Slot {
  name: string;
  def: InputDef | undefined;
  widget: boolean;
  converted: boolean; // the file has a socket for the widget
}

/** All inputs of a node within: sockets, and widgets in the class's order. */
function slotsOf(node: JsonObject, def: NodeDef | undefined): Slot[] {
  const inFile = slotsIn(node, 'inputs').filter((i) => i !== undefined);
  const converted = new Set(inFile.map(widgetOf).filter((n) => n !== undefined));
  if (def) return def.inputs.map((i) => ({ name: i.name, def: i, widget: i.widget !== undefined, converted: converted.has(i.name) }));
  return inFile.map((i) => ({ name: String(i['name'] ?? ''), def: undefined, widget: widgetOf(i) !== undefined, converted: widgetOf(i) !== undefined }));
}

function at(of: JsonObject, ...keys: string[]): Json | undefined {
  let value: Json | undefined = of;
  for (const key of keys) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

/** Gives each input that shows a name of its own: the one that people gave it, the inner one, or one with the node's title before it. */
function namer(group: JsonObject, nodes: readonly JsonObject[]) {
  const times = new Map<string, number>();
  return (node: number, inner: string): string => {
    const raw = nodes[node] as JsonObject;
    const title = textOf(raw['title']);
    const label = slotsIn(raw, 'inputs').find((i) => i?.['name'] === inner)?.['label'];
    const given = at(group, 'config', String(node), 'input', inner, 'name');
    let key = textOf(given) ?? textOf(label) ?? inner;
    let name = key;
    if ((isPrimitive(raw['type']) && title !== undefined) || times.has(name)) {
      const prefix = title ?? String(raw['type'] ?? '');
      key = name = `${prefix} ${inner}`;
      if (times.has(name)) name = `${prefix} ${times.get(name)} ${inner}`;
    }
    times.set(key, times.has(key) ? (times.get(key) ?? 0) + 1 : 2);
    return name;
  };
}

function linksIn(group: JsonObject, nodes: readonly JsonObject[], slots: readonly Slot[][]): GroupLink[] {
  const list = Array.isArray(group['links']) ? group['links'] : [];
  return list.flatMap((raw) => {
    const [from, fromSlot, to, index] = Array.isArray(raw) ? raw : [];
    if (typeof from !== 'number' || typeof to !== 'number' || typeof fromSlot !== 'number' || typeof index !== 'number') return [];
    if (!nodes[from] || !nodes[to]) return [];
    const name = textOf(slotsIn(nodes[to], 'inputs')[index]?.['name']) ?? slots[to]?.[index]?.name;
    return name === undefined ? [] : [{ from, fromSlot, to, name, index }];
  });
}

/** The type of what first comes out of a reroute: it is called by that. */
function passes(links: readonly GroupLink[], nodes: readonly JsonObject[], node: number): string {
  const link = links.find((l) => l.from === node);
  const target = link && slotsIn(nodes[link.to], 'inputs').find((i) => i?.['name'] === link.name);
  return textOf(target?.['type']) ?? '*';
}

/** What a group node's definition says. */
export function readGroupNode(group: JsonObject, defs: Defs): GroupNode {
  const nodes = (Array.isArray(group['nodes']) ? group['nodes'] : []).map((n) => (isObject(n) ? copy(n) : newObject()));
  const classes = nodes.map((n) => defs.get(String(n['type'])));
  const slots = nodes.map((n, k) => slotsOf(n, classes[k]));
  const links = linksIn(group, nodes, slots);
  const linked = new Set(links.map((l) => `${l.to} ${l.name}`));
  const sent = new Set(links.map((l) => `${l.from} ${l.fromSlot}`));
  const external = new Set((Array.isArray(group['external']) ? group['external'] : []).map((x) => (Array.isArray(x) ? `${String(x[0])} ${String(x[1])}` : '')));
  const outerName = namer(group, nodes);
  const inputs: GroupInput[] = [];
  const defsOfValues: InputDef[] = [];
  const places: Place[] = [];

  const showWidget = (node: number, slot: Slot) => {
    const outer = outerName(node, slot.name);
    inputs.push({ node, name: slot.name, outer, widget: true });
    const def: InputDef = slot.def ?? { name: outer, label: outer, type: '*', required: true, advanced: false, widget: 'text', options: newObject() };
    defsOfValues.push({ ...def, name: outer });
    const any: Place[] = [{ input: slot.name, holds: 'value' }, { input: slot.name, holds: 'control', maybe: true }];
    const own = classes[node]?.places.filter((p) => p.input === slot.name && p.holds !== 'upload') ?? any;
    for (const place of own) places.push({ ...place, input: outer });
  };
  const showWidgets = (node: number, converted: boolean) => {
    for (const slot of slots[node] ?? []) if (slot.widget && slot.converted === converted && !linked.has(`${node} ${slot.name}`)) showWidget(node, slot);
    const upload = converted ? undefined : classes[node]?.places.find((p) => p.holds === 'upload');
    if (upload) places.push(upload);
  };
  const showSockets = (node: number) => {
    for (const slot of slots[node] ?? []) {
      if (slot.widget || linked.has(`${node} ${slot.name}`)) continue;
      const inner = isReroute(nodes[node]?.['type']) ? passes(links, nodes, node) : slot.name;
      const outer = outerName(node, inner);
      if (at(group, 'config', String(node), 'input', inner, 'visible') !== false) inputs.push({ node, name: slot.name, outer, widget: false });
    }
  };

  nodes.forEach((raw, node) => {
    if (isNote(raw['type'])) return;
    if (isPrimitive(raw['type'])) {
      if (sent.has(`${node} 0`)) showWidget(node, { name: 'value', def: undefined, widget: true, converted: false });
      return;
    }
    if (!isReroute(raw['type'])) showWidgets(node, false);
    showSockets(node);
  });
  nodes.forEach((raw, node) => {
    if (!isNote(raw['type']) && !isPrimitive(raw['type']) && !isReroute(raw['type'])) showWidgets(node, true);
  });

  const outputs = nodes.flatMap((raw, node) => {
    const count = isNote(raw['type']) ? 0 : (classes[node]?.outputs.length ?? slotsIn(raw, 'outputs').length);
    return Array.from({ length: count }, (_, slot) => ({ node, slot })).filter(({ slot }) => {
      const key = `${node} ${slot}`;
      if (isPrimitive(raw['type']) && !sent.has(key) && !external.has(key)) return false;
      const visible = at(group, 'config', String(node), 'output', String(slot), 'visible');
      return typeof visible === 'boolean' ? visible : !sent.has(key) || external.has(key);
    });
  });
  const values: NodeDef = {
    name: '', title: '', category: '', doc: '', inputs: defsOfValues, outputs: [], places, isOutput: false, deprecated: false, experimental: false, aliases: [],
  };
  return { nodes, links, inputs, outputs, values };
}
