// Where everything of a node is (shape.ts), from the file and its class: pure sockets first, then a row a widget with a small
// socket beside it. The file's size is a lower bound; what grows takes the height that is left.
import type { Defs, NodeDef, OutputDef, WidgetKind } from '../defs/def.ts';
import type { Document } from './document.ts';
import { pairOf, textWidth, type Pair } from './geometry.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { INPUT_EDGE, linksOf, OUTPUT_EDGE, slotsIn, type Id, type Link, type Links } from './links.ts';
import { isNote, isPrimitive, isReroute, labelOf, rowsOf, textOf, widgetOf, type Row } from './rows.ts';
import {
  COLLAPSED_WIDTH, LEAST_BARE_WIDTH, LEAST_WIDTH, SLOT, TITLE, WIDGET, WIDGET_GAP,
  type NodeKind, type NodeShape, type SocketShape, type WidgetShape,
} from './shape.ts';

const ABOVE_WIDGETS = 6;
const BELOW = 6;
const REROUTE_SIZE: Pair = [75, 26];

/** The least height of a widget that is more than one line; those that grow take the rest of the node. */
const HEIGHTS: Partial<Record<WidgetKind, { least: number; grows: boolean }>> = {
  texts: { least: 64, grows: true },
  markdown: { least: 64, grows: true },
  json: { least: 44, grows: true },
  upload: { least: 120, grows: true },
  curve: { least: 120, grows: true },
  box: { least: 50, grows: false },
};

type Plain = Omit<SocketShape, 'y'>;

interface Parts {
  inputs: Plain[]; // sockets only
  outputs: Plain[];
  rows: readonly Row[];
  beside: Plain[]; // sockets beside rows
}

// ------------------------------------------------------------------ sockets

const typeOf = (slot: JsonObject | undefined): string | undefined => {
  const type = slot?.['type'];
  return typeof type === 'string' ? type : Array.isArray(type) ? 'COMBO' : type === 0 || type === -1 ? '*' : undefined;
};

const NONE: readonly Id[] = [];

/** The links of a node by their slots there; slots without any are missing. */
function bySlot(links: readonly Link[], slot: 'fromSlot' | 'toSlot'): (Id[] | undefined)[] {
  const ids: (Id[] | undefined)[] = [];
  for (const link of links) {
    const at = ids[link[slot]];
    if (at) at.push(link.id);
    else ids[link[slot]] = [link.id];
  }
  return ids;
}

interface Wanted {
  name: string;
  type: string;
  label: string;
  optional: boolean;
  widget: boolean;
}

function wantedInputs(def: NodeDef | undefined, definition: JsonObject | undefined, rows: readonly Row[]): readonly Wanted[] {
  if (definition) {
    const widgets = new Set(rows.map((r) => r.name));
    return slotsIn(definition, 'inputs').flatMap((input) => {
      const name = String(input?.['name'] ?? '');
      return input ? [{ name, type: typeOf(input) ?? '*', label: labelOf(input, name), optional: false, widget: widgets.has(name) }] : [];
    });
  }
  return def ? wantedOf(def) : [];
}

const known = new WeakMap<NodeDef, readonly Wanted[]>();

function wantedOf(def: NodeDef): readonly Wanted[] {
  let wanted = known.get(def);
  if (wanted) return wanted;
  wanted = def.inputs
    .filter((i) => i.options['socketless'] !== true && !(i.widget !== undefined && i.options['hidden'] === true))
    .map((i) => ({ name: i.name, type: i.type, label: i.label, optional: !i.required, widget: i.widget !== undefined }));
  known.set(def, wanted);
  return wanted;
}

/** The class's inputs in its order, then those that the file has beyond it. Of two with one name the first counts. */
function inputsOf(node: JsonObject, wanted: readonly Wanted[], rows: readonly Row[], links: Links): Plain[] {
  const linked = bySlot(links.into(node['id'] as Id), 'toSlot');
  const inFile = slotsIn(node, 'inputs');
  const places = new Map<string, number>();
  inFile.forEach((input, k) => {
    const name = textOf(input?.['name']);
    if (name !== undefined && !places.has(name)) places.set(name, k);
  });
  const rowNames = new Set(rows.map((r) => r.name));
  const used = new Set<number>();
  let beyond = inFile.length;

  const known = wanted.map((w): Plain => {
    const index = places.get(w.name) ?? beyond++;
    used.add(index);
    const socket: Plain = {
      index, name: w.name, label: labelOf(inFile[index], w.label), type: w.type, list: false, links: linked[index] ?? NONE, optional: w.optional,
    };
    if (w.widget) socket.widget = w.name;
    return socket;
  });
  const others = inFile.flatMap((input, index): Plain[] => {
    if (!input || used.has(index)) return [];
    const name = String(input['name'] ?? '');
    const widget = widgetOf(input);
    const common = { index, name, label: labelOf(input, name), type: typeOf(input) ?? '*', links: linked[index] ?? NONE };
    return [{ ...common, optional: true, list: false, ...(widget !== undefined && rowNames.has(widget) ? { widget } : {}) }];
  });
  return [...known, ...others];
}

function outputsOf(node: JsonObject, wanted: readonly OutputDef[], links: Links): Plain[] {
  const inFile = slotsIn(node, 'outputs');
  const linked = bySlot(links.from(node['id'] as Id), 'fromSlot');
  return Array.from({ length: Math.max(inFile.length, wanted.length) }, (_, index) => {
    const [file, def] = [inFile[index], wanted[index]];
    const name = def?.name ?? String(file?.['name'] ?? '');
    const type = def?.type ?? typeOf(file) ?? '*';
    return { index, name, label: labelOf(file, name), type, links: linked[index] ?? NONE, optional: false, list: def?.list ?? false };
  });
}

function outputsOfDefinition(definition: JsonObject): OutputDef[] {
  return slotsIn(definition, 'outputs').map((o) => ({ name: labelOf(o, String(o?.['name'] ?? '')), type: typeOf(o) ?? '*', list: false }));
}

// ------------------------------------------------------------------ where it all stands

function placeRows(rows: readonly Row[], from: number, height: number): { widgets: WidgetShape[]; end: number } {
  const sizes = rows.map((r) => HEIGHTS[r.def?.widget ?? 'int'] ?? { least: WIDGET, grows: false });
  const least = sizes.reduce((sum, s) => sum + s.least + WIDGET_GAP, 0);
  const growing = sizes.filter((s) => s.grows).length;
  const each = growing ? Math.max(0, Math.floor((height - from - least - BELOW) / growing)) : 0;
  let y = from;

  const widgets = rows.map((row, i): WidgetShape => {
    const size = sizes[i] ?? { least: WIDGET, grows: false };
    const shape = { ...row, y, height: size.least + (size.grows ? each : 0) };
    y += shape.height + WIDGET_GAP;
    return shape;
  });
  return { widgets, end: y };
}

const below = (plain: readonly Plain[]): SocketShape[] => plain.map((s, i) => ({ ...s, y: TITLE + (i + 0.7) * SLOT }));

function widthOf(parts: Parts, asked: number, title: string): number {
  const sides = Math.max(0, ...parts.inputs.map((s, i) => textWidth(s.label) + textWidth(parts.outputs[i]?.label ?? '')));
  const bare = Math.max(LEAST_BARE_WIDTH, Math.min(LEAST_WIDTH, Math.max(sides + 50, textWidth(title) + 60)));
  return Math.max(asked, parts.rows.length ? LEAST_WIDTH : bare);
}

function layOut(parts: Parts, [width, bodyHeight]: Pair, title: string) {
  const slots = Math.max(parts.inputs.length, parts.outputs.length);
  const from = TITLE + slots * SLOT + (parts.rows.length ? ABOVE_WIDGETS : 0);
  const { widgets, end } = placeRows(parts.rows, from, TITLE + bodyHeight);
  const rows = new Map(widgets.map((w) => [w.name, w]));
  const beside = parts.beside.map((s) => {
    const row = rows.get(s.widget ?? '');
    return { ...s, y: (row?.y ?? from) + WIDGET / 2 };
  });
  return {
    inputs: [...below(parts.inputs), ...beside],
    outputs: below(parts.outputs),
    widgets,
    free: end,
    width: widthOf(parts, width, title),
    height: Math.max(TITLE + bodyHeight, end + BELOW - (parts.rows.length ? WIDGET_GAP : 0)),
  };
}

// ------------------------------------------------------------------ one node

const kindOf = (type: string, def: NodeDef | undefined, definition: JsonObject | undefined): NodeKind =>
  definition ? 'subgraph' : isNote(type) ? 'note' : isReroute(type) ? 'reroute' : isPrimitive(type) ? 'primitive' : def ? 'node' : 'ghost';

const modeOf = (mode: Json | undefined): NodeShape['mode'] => (mode === 2 ? 'muted' : mode === 4 ? 'bypassed' : 'runs');

/** A reroute is of the type of what goes through it. */
function asReroute(shape: NodeShape, size: Pair, links: Links): NodeShape {
  const through = [...links.into(shape.id), ...links.from(shape.id)].map((l) => l.type).find((t) => typeof t === 'string' && t !== '*' && t !== '');
  const typed = (s: SocketShape) => (s.type === '*' && typeof through === 'string' ? { type: through } : {});
  const [width, height] = [Math.max(size[0], REROUTE_SIZE[0]), Math.max(size[1], REROUTE_SIZE[1])];
  const flat = (s: SocketShape) => ({ ...s, ...typed(s), y: height / 2 });
  return { ...shape, y: shape.y + TITLE, width, height, free: height, inputs: shape.inputs.map(flat), outputs: shape.outputs.map(flat) };
}

function asCollapsed(shape: NodeShape): NodeShape {
  const flat = (s: SocketShape) => ({ ...s, y: TITLE / 2 });
  const width = Math.min(shape.width, Math.max(COLLAPSED_WIDTH, textWidth(shape.title) + 60));
  return { ...shape, width, height: TITLE, free: TITLE, inputs: shape.inputs.map(flat), outputs: shape.outputs.map(flat) };
}

function makeShape(node: JsonObject, graph: JsonObject, doc: Document, defs: Defs): NodeShape {
  const type = textOf(node['type']) ?? '';
  const definition = doc.definition(type);
  const def = definition ? undefined : defs.get(type);
  const links = linksOf(doc, graph);
  const rows = rowsOf(node, { doc, graph, defs, deep: 0 });
  const inputs = inputsOf(node, wantedInputs(def, definition, rows), rows, links);
  const outputs = outputsOf(node, definition ? outputsOfDefinition(definition) : (def?.outputs ?? []), links);
  const title = textOf(node['title']) ?? def?.title ?? textOf(definition?.['name']) ?? type;
  const parts = { inputs: inputs.filter((i) => !i.widget), outputs, rows, beside: inputs.filter((i) => i.widget) };
  const [x, y] = pairOf(node, 'pos');
  const size = pairOf(node, 'size');
  const flags = isObject(node['flags']) ? node['flags'] : undefined;
  const [color, bgcolor] = [textOf(node['color']), textOf(node['bgcolor'])];

  const shape: NodeShape = {
    id: node['id'] as Id, kind: kindOf(type, def, definition), title, x, y: y - TITLE, ...layOut(parts, size, title),
    mode: modeOf(node['mode']), collapsed: flags?.['collapsed'] === true, pinned: flags?.['pinned'] === true,
    ...(color === undefined ? {} : { color }), ...(bgcolor === undefined ? {} : { bgcolor }),
  };
  if (shape.kind === 'reroute') return asReroute(shape, size, links);
  return shape.collapsed ? asCollapsed(shape) : shape;
}

interface Known {
  doc: Document;
  defs: Defs;
  at: number;
  version: number; // of the node; -1 within a transaction, when it is not raised yet
  shape: NodeShape;
}

const shapes = new WeakMap<JsonObject, Known>();

/** What these show is not theirs alone: it may change while they do not. */
const SHOWS_OTHERS = new Set<NodeKind>(['subgraph', 'primitive']);

function isGood(found: Known, node: JsonObject, doc: Document, defs: Defs): boolean {
  if (found.doc !== doc || found.defs !== defs) return false;
  if (found.at === doc.changes) return true;
  return !doc.isChanging && !SHOWS_OTHERS.has(found.shape.kind) && found.version === doc.version(node['id'] as Id);
}

/** Worked out once for each change of the node. */
export function shapeOf(node: JsonObject, graph: JsonObject, doc: Document, defs: Defs): NodeShape {
  const found = shapes.get(node);
  if (found && isGood(found, node, doc, defs)) return found.shape;
  const shape = makeShape(node, graph, doc, defs);
  shapes.set(node, { doc, defs, at: doc.changes, version: doc.isChanging ? -1 : doc.version(node['id'] as Id), shape });
  return shape;
}

/** Where a socket is on the canvas; `index` is the file's. One that the node does not have is at its title. */
export function socketAt(shape: NodeShape, side: 'in' | 'out', index: number): Pair {
  const socket = (side === 'in' ? shape.inputs : shape.outputs).find((s) => s.index === index);
  return [side === 'in' ? shape.x : shape.x + shape.width, shape.y + (socket?.y ?? TITLE / 2)];
}

// ------------------------------------------------------------------ the edges of a subgraph

function edgeShape(definition: JsonObject, side: 'inputs' | 'outputs', links: Links): NodeShape {
  const id = side === 'inputs' ? INPUT_EDGE : OUTPUT_EDGE;
  const member = definition[side === 'inputs' ? 'inputNode' : 'outputNode'];
  const bounding = isObject(member) && Array.isArray(member['bounding']) ? member['bounding'] : [];
  const number = (k: number) => (typeof bounding[k] === 'number' && Number.isFinite(bounding[k]) ? bounding[k] : 0);
  const sockets = slotsIn(definition, side).map((slot, index): SocketShape => {
    const joined = (side === 'inputs' ? links.from(id) : links.into(id)).filter((l) => (side === 'inputs' ? l.fromSlot : l.toSlot) === index);
    const name = String(slot?.['name'] ?? '');
    return { index, name, label: labelOf(slot, name), type: typeOf(slot) ?? '*', y: (index + 0.7) * SLOT + 10, links: joined.map((l) => l.id), optional: false, list: false };
  });
  const width = Math.max(number(2), ...sockets.map((s) => textWidth(s.label) + 40), COLLAPSED_WIDTH);
  const height = Math.max(number(3), (sockets.length + 1) * SLOT + 20); // one more than there are: for a new one
  return {
    id, kind: 'edge', title: '', x: number(0), y: number(1), width, height, free: height, widgets: [], mode: 'runs', collapsed: false,
    pinned: isObject(member) && member['pinned'] === true, inputs: side === 'outputs' ? sockets : [], outputs: side === 'inputs' ? sockets : [],
  };
}

/** What stands for the inputs and the outputs of a subgraph that is on the screen; their ids are -10 and -20. */
export function edgesOf(definition: JsonObject, doc: Document): { input: NodeShape; output: NodeShape } {
  const links = linksOf(doc, definition);
  return { input: edgeShape(definition, 'inputs', links), output: edgeShape(definition, 'outputs', links) };
}
