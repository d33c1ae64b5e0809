// What people do to a document, each as one transaction.
import type { Document, Edit, How } from './document.ts';
import { pairOf, pairPlace } from './geometry.ts';
import { isObject, newObject, type Json, type JsonObject } from './json.ts';
import type { Id } from './links.ts';
import type { WidgetShape } from './shape.ts';

const idOf = (node: JsonObject) => node['id'] as Id;

function setMember(e: Edit, node: JsonObject, key: string, value: Json) {
  e.set(node, key, value);
  e.touch(idOf(node));
}

/** Moves nodes by that much. */
export function moveNodes(doc: Document, nodes: readonly JsonObject[], dx: number, dy: number) {
  doc.transact('move', (e) => {
    for (const node of nodes) {
      const [x, y] = pairOf(node, 'pos');
      const place = pairPlace(node, 'pos');
      if (place) {
        e.set(place, 0, x + dx);
        e.set(place, 1, y + dy);
      } else e.set(node, 'pos', [x + dx, y + dy]);
      e.touch(idOf(node));
    }
  });
}

/** A title of one's own; undefined goes back to the class's. Letters typed one after the other are one step. */
export function renameNode(doc: Document, node: JsonObject, title: string | undefined) {
  doc.transact(
    'rename',
    (e) => {
      if (title === undefined) e.remove(node, 'title');
      else e.set(node, 'title', title);
      e.touch(idOf(node));
    },
    `rename ${idOf(node)}`,
  );
}

/** 0 runs, 2 is muted, 4 bypassed. */
export function setMode(doc: Document, nodes: readonly JsonObject[], mode: 0 | 2 | 4) {
  doc.transact('mode', (e) => nodes.forEach((node) => setMember(e, node, 'mode', mode)));
}

/** `flags` is made where a node has none, and only then. */
export function setFlag(doc: Document, nodes: readonly JsonObject[], flag: 'collapsed' | 'pinned', on: boolean) {
  doc.transact(flag, (e) => {
    for (const node of nodes) {
      const flags = node['flags'];
      if (isObject(flags)) {
        if (on) e.set(flags, flag, true);
        else e.remove(flags, flag);
      } else if (on) e.set(node, 'flags', newObject({ [flag]: true }));
      e.touch(idOf(node));
    }
  });
}

/** The size a person gives a node: the body's, without its title; kept in the shape that the file has. */
export function resizeNode(doc: Document, node: JsonObject, width: number, height: number, join?: string) {
  doc.transact(
    'resize',
    (e) => {
      const place = pairPlace(node, 'size');
      if (place) {
        e.set(place, 0, width);
        e.set(place, 1, height);
      } else e.set(node, 'size', [width, height]);
      e.touch(idOf(node));
    },
    join,
  );
}

/** The colours that a file keeps of a node, of its title and its body; undefined takes them away. */
export function setColor(doc: Document, nodes: readonly JsonObject[], color: string | undefined, bgcolor: string | undefined) {
  doc.transact('color', (e) => {
    for (const node of nodes) {
      for (const [key, value] of [['color', color], ['bgcolor', bgcolor]] as const)
        if (value === undefined) e.remove(node, key);
        else e.set(node, key, value);
      e.touch(idOf(node));
    }
  });
}

/** The list that values are written into, long enough for a place. */
function listFor(place: number, widget: WidgetShape | undefined, values: readonly Json[]): Json[] {
  const fill = widget?.fill ?? [];
  return Array.from({ length: Math.max(values.length, fill.length, place + 1) }, (_, i) => values[i] ?? fill[i] ?? null);
}

export function putValue(e: Edit, node: JsonObject, place: number | string, widget: WidgetShape | undefined, value: Json) {
  const values = node['widgets_values'];
  if (isObject(values)) e.set(values, place, value);
  else if (typeof place === 'string') e.set(node, 'widgets_values', newObject({ [place]: value }));
  else if (Array.isArray(values) && place < values.length) e.set(values, place, value);
  else {
    const all = listFor(place, widget, Array.isArray(values) ? values : []);
    all[place] = value;
    if (Array.isArray(values)) e.splice(values, values.length, 0, ...all.slice(values.length));
    else e.set(node, 'widgets_values', all);
  }
  const named = node['widgets_values_named'];
  if (widget && place === widget.place && isObject(named) && Object.hasOwn(named, widget.name)) e.set(named, widget.name, value);
  e.touch(idOf(node));
}

/** The node that keeps a widget's value, and the widget there: within a subgraph where the node itself has no place. */
function holder(node: JsonObject, widget: WidgetShape): [JsonObject, WidgetShape] {
  return widget.place === undefined && widget.source ? holder(widget.source.node, widget.source.widget) : [node, widget];
}

/** One value, of a widget or at a place of `widgets_values`: a number in a list, a name in an object. Values of one widget
 * one after the other, in one session of editing it, are one step. */
export function setWidgetValue(doc: Document, node: JsonObject, at: WidgetShape | number | string, value: Json, session = 0) {
  const [owner, widget] = typeof at === 'object' ? holder(node, at) : [node, undefined];
  const place = typeof at === 'object' ? widget?.place : at;
  if (place === undefined) return;
  doc.transact(
    'value',
    (e) => {
      putValue(e, owner, place, widget, value);
      if (owner !== node) e.touch(idOf(node));
    },
    `value ${idOf(owner)} ${place} ${session}`,
  );
}

/** Many values, of many widgets, as one step. */
export function setWidgetValues(doc: Document, label: string, values: readonly { node: JsonObject; widget: WidgetShape; value: Json }[], how: How = {}) {
  doc.transact(label, (e) => {
    for (const { node, widget, value } of values) {
      const [owner, at] = holder(node, widget);
      if (at.place === undefined) continue;
      putValue(e, owner, at.place, at, value);
      if (owner !== node) e.touch(idOf(node));
    }
  }, how);
}

/** What becomes of a widget's value after each run: fixed, increment, decrement, randomize. */
export function setControl(doc: Document, node: JsonObject, at: WidgetShape, control: string) {
  const [owner, widget] = at.control === undefined && at.source ? holder(at.source.node, at.source.widget) : [node, at];
  const place = widget.control;
  if (place !== undefined) doc.transact('control', (e) => putValue(e, owner, place, widget, control));
}
