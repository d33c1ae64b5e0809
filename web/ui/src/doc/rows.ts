// The widgets of a node, one a row: which there are, what they are called, where their values stand. Where each is drawn
// comes later (shapes.ts).
import type { Defs, InputDef, NodeDef, WidgetKind } from '../defs/def.ts';
import type { Document } from './document.ts';
import { isObject, newObject, type Json, type JsonObject } from './json.ts';
import { INPUT_EDGE, linksOf, slotsIn, type Id } from './links.ts';
import type { WidgetShape } from './shape.ts';
import { placesOf } from './values.ts';

/** A row that has no place on the node yet. */
export type Row = Omit<WidgetShape, 'y' | 'height'>;

export interface Place {
  doc: Document;
  graph: JsonObject;
  defs: Defs;
  deep: number; // how many subgraphs were entered
}

const MOST_DEEP = 20;

const NOTES: Record<string, WidgetKind> = { Note: 'texts', MarkdownNote: 'markdown' };

export const isNote = (type: Json | undefined): boolean => typeof type === 'string' && type in NOTES;
export const isPrimitive = (type: Json | undefined): boolean => type === 'PrimitiveNode';
export const isReroute = (type: Json | undefined): boolean => type === 'Reroute' || type === 'Reroute (rgthree)';

export const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** What an input or output is called by people. */
export function labelOf(slot: JsonObject | undefined, otherwise: string): string {
  return textOf(slot?.['label']) ?? otherwise;
}

/** The name of the widget that an input of the file belongs to. */
export function widgetOf(input: JsonObject | undefined): string | undefined {
  return isObject(input?.['widget']) ? textOf(input['widget']['name']) : undefined;
}

function linkedInputs(node: JsonObject, at: Place): Map<string, JsonObject> {
  const known = linksOf(at.doc, at.graph).into(node['id'] as Id);
  const inputs = slotsIn(node, 'inputs');
  return new Map(known.map((l) => inputs[l.toSlot]).filter((i) => i !== undefined).map((i) => [widgetOf(i) ?? String(i['name']), i]));
}

const listOf = (node: JsonObject): Json[] | undefined => {
  const values = node['widgets_values'];
  return Array.isArray(values) ? values : isObject(values) ? undefined : [];
};

// ------------------------------------------------------------------ a known class

function rowsOfClass(node: JsonObject, def: NodeDef, at: Place): Row[] {
  const list = listOf(node);
  const places = list && placesOf(list, def);
  const linked = linkedInputs(node, at);
  const slots = new Map(slotsIn(node, 'inputs').map((i) => [i?.['name'], i]));

  return def.inputs
    .filter((i) => i.widget !== undefined && i.options['hidden'] !== true)
    .map((input) => {
      const place = places ? places.value.get(input.name) : input.name;
      const control = places?.control.get(input.name);
      const row: Row = { name: input.name, label: labelOf(slots.get(input.name), input.label), def: input, linked: linked.has(input.name) };
      if (place !== undefined) row.place = place;
      if (control !== undefined) row.control = control;
      if (places && places.fill.length > places.length) row.fill = places.fill;
      return row;
    });
}

// ------------------------------------------------------------------ classes that only a canvas knows

const NO_OPTIONS = newObject();

function plainInput(name: string, widget: WidgetKind, type = 'STRING'): InputDef {
  return { name, label: name, type, required: true, advanced: false, widget, options: NO_OPTIONS };
}

function rowOfNote(type: string): Row {
  return { name: 'text', label: '', place: 0, linked: false, def: plainInput('text', NOTES[type] ?? 'texts') };
}

/** What edits a primitive's value is what edits the first widget that it is linked to. */
function rowOfPrimitive(node: JsonObject, at: Place): Row[] {
  const first = linksOf(at.doc, at.graph).from(node['id'] as Id)[0];
  const target = first && at.doc.node(first.to, at.graph);
  const input = first && slotsIn(target, 'inputs')[first.toSlot];
  const row = target && input && at.deep < MOST_DEEP
    ? rowsOf(target, { ...at, deep: at.deep + 1 }).find((r) => r.name === (widgetOf(input) ?? input['name']))
    : undefined;
  const values = listOf(node) ?? [];
  if (!row && !values.length) return [];
  return [{
    name: 'value',
    label: row?.label ?? 'value',
    place: 0,
    linked: false,
    ...(row?.def ? { def: row.def } : {}),
    ...(row?.control !== undefined || values.length > 1 ? { control: 1, ...(values.length < 2 ? { fill: [values[0] ?? null, 'fixed'] } : {}) } : {}),
  }];
}

/** The file's own names where it has as many as values; else numbers. */
function rowsOfUnknown(node: JsonObject, at: Place): Row[] {
  const linked = linkedInputs(node, at);
  const names = slotsIn(node, 'inputs').map(widgetOf).filter((n) => n !== undefined);
  const values = node['widgets_values'];
  if (isObject(values)) return Object.keys(values).map((name) => ({ name, label: name, place: name, linked: linked.has(name) }));
  const all = Array.isArray(values) ? values : [];
  return all.map((_, i) => {
    const name = (names.length === all.length ? names[i] : undefined) ?? String(i);
    return { name, label: name, place: i, linked: linked.has(name) };
  });
}

// ------------------------------------------------------------------ a node that stands for a subgraph

interface Promoted {
  input?: JsonObject; // the definition's, that leads to it
  name: string;
  source: { node: JsonObject; graph: JsonObject; widget: WidgetShape };
}

function sourceOf(definition: JsonObject, node: JsonObject | undefined, name: string | undefined, at: Place): Promoted['source'] | undefined {
  if (!node || name === undefined || at.deep >= MOST_DEEP) return undefined;
  const row = rowsOf(node, { ...at, graph: definition, deep: at.deep + 1 }).find((r) => r.name === name);
  return row && { node, graph: definition, widget: { ...row, y: 0, height: 0 } };
}

/** The first of an input's links that leads to a widget makes the input that widget's. */
function promotedInputs(definition: JsonObject, at: Place): Promoted[] {
  const links = linksOf(at.doc, definition);
  return slotsIn(definition, 'inputs').flatMap((input, slot) => {
    for (const id of Array.isArray(input?.['linkIds']) ? input['linkIds'] : []) {
      const link = links.byId.get(String(id));
      if (!link || String(link.from) !== String(INPUT_EDGE) || link.fromSlot !== slot) continue;
      const target = at.doc.node(link.to, definition);
      const end = slotsIn(target, 'inputs')[link.toSlot];
      const source = sourceOf(definition, target, widgetOf(end) ?? textOf(end?.['name']), at);
      if (source && input) return [{ input, name: String(input['name'] ?? ''), source }];
    }
    return [];
  });
}

/** The widgets within that a node shows, [node, widget] each. */
export const proxiesOf = (node: JsonObject): Json[][] => {
  const proxies = isObject(node['properties']) ? node['properties']['proxyWidgets'] : undefined;
  return Array.isArray(proxies) ? proxies.map((p) => (Array.isArray(p) ? p : [])) : [];
};

/** Front ends 1.28 to 1.42 called the node's own "-1". */
export const isOwn = (proxy: Json[]) => String(proxy[0]) === '-1';

/** The place of each promoted widget, as front ends wrote it: beside the proxies, or in the order of inputs and then of
 * proxies (core/graph/canvas_edge.c). */
function promotedRows(node: JsonObject, definition: JsonObject, at: Place): Row[] {
  const inputs = promotedInputs(definition, at);
  const same = (p: Promoted, source: Promoted['source']) => p.source.node === source.node && p.source.widget.name === source.widget.name;
  const proxies = proxiesOf(node).map((proxy) => {
    if (isOwn(proxy)) return inputs.find((p) => p.name === proxy[1]);
    const source = sourceOf(definition, at.doc.node(String(proxy[0]), definition), textOf(proxy[1]), at);
    return source && (inputs.find((p) => same(p, source)) ?? { name: String(proxy[1]), source });
  });
  const list = listOf(node);
  const length = list?.length ?? 0;
  const parallel = proxiesOf(node).some(isOwn) || length === proxies.length || (!length && inputs.every((p) => proxies.includes(p)));
  const least = Math.max(length, parallel ? proxies.length : inputs.length);
  const whole = !parallel && least === proxies.length ? least + 1 : least; // one as long as the proxies would stand beside them
  const others = [...new Set(proxies)].filter((p): p is Promoted => p !== undefined && !p.input);
  const placeOf = (p: Promoted) => (!list ? p.name : parallel ? proxies.indexOf(p) : [...inputs, ...others].indexOf(p));
  const linked = linkedInputs(node, at);

  return [...inputs, ...others].map((p) => {
    const place = placeOf(p);
    const stored = typeof place === 'number' ? place >= 0 && (p.input !== undefined || (list?.[place] ?? null) !== null) : p.input !== undefined;
    const full = list && Array.from({ length: whole }, (_, i) => list[i] ?? null);
    return {
      name: p.name,
      label: p.input ? labelOf(p.input, p.source.widget.label) : p.source.widget.label,
      linked: p.input !== undefined && linked.has(p.name),
      source: p.source,
      ...(p.source.widget.def ? { def: p.source.widget.def } : {}),
      ...(stored ? { place } : {}),
      ...(stored && full && full.length > length ? { fill: full } : {}),
    };
  });
}

// ------------------------------------------------------------------ any node

interface Known {
  doc: Document;
  defs: Defs;
  at: number;
  rows: Row[] | undefined; // undefined: being worked out, by what would stand within itself
}

const known = new WeakMap<JsonObject, Known>();

/** Worked out once for each change: what is promoted through many subgraphs is asked for by each of them. */
function rowsOfInstance(node: JsonObject, definition: JsonObject, at: Place): Row[] {
  const found = known.get(node);
  if (found && found.doc === at.doc && found.defs === at.defs && found.at === at.doc.changes) return found.rows ?? [];
  const made: Known = { doc: at.doc, defs: at.defs, at: at.doc.changes, rows: undefined };
  known.set(node, made);
  return (made.rows = promotedRows(node, definition, at));
}

/** Every widget of a node, from top to bottom. */
export function rowsOf(node: JsonObject, at: Place): Row[] {
  const type = textOf(node['type']) ?? '';
  const definition = at.doc.definition(type);
  const def = at.defs.get(type);
  if (definition) return rowsOfInstance(node, definition, at);
  if (isNote(type)) return [rowOfNote(type)];
  if (isReroute(type)) return [];
  if (isPrimitive(type)) return rowOfPrimitive(node, at);
  return def ? rowsOfClass(node, def, at) : rowsOfUnknown(node, at);
}
