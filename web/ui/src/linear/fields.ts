// The fields that the App view shows: what is pinned, as far as the graph still has it; for a file without pins a proposal by what
// the inputs of its classes are called. And the nodes whose pictures are the result. Plain functions of the document.
import type { Defs } from '../defs/def.ts';
import type { Document } from '../doc/document.ts';
import type { JsonObject } from '../doc/json.ts';
import { linearOf, pin, type Pin } from '../doc/linear.ts';
import { slotsIn, type Id } from '../doc/links.ts';
import type { NodeShape, WidgetShape } from '../doc/shape.ts';
import { shapeOf } from '../doc/shapes.ts';

export interface FieldAt {
  at: number; // its place among the pins
  pin: Pin;
  node: JsonObject;
  shape: NodeShape;
  widget: WidgetShape;
}

export interface Shown {
  fields: readonly FieldAt[];
  proposed: boolean; // nobody pinned them
}

interface Place {
  node: JsonObject;
  shape: NodeShape;
  widget: WidgetShape;
}

const MOST_TEXTS = 2;
const MODEL = /^(ckpt|unet|model|diffusion_model)_name$/;

function placesOf(doc: Document, defs: Defs): Place[] {
  return doc.nodes().flatMap((node) => {
    const shape = shapeOf(node, doc.raw, doc, defs);
    return shape.widgets.map((widget) => ({ node, shape, widget }));
  });
}

/** Every field that can be pinned and is not, node by node. */
export function unpinned(doc: Document, defs: Defs, fields: readonly FieldAt[]): { shape: NodeShape; node: JsonObject; widgets: WidgetShape[] }[] {
  const has = new Set(fields.map((f) => `${String(f.pin.node)} ${f.pin.widget}`));
  return doc
    .nodes()
    .map((node) => {
      const shape = shapeOf(node, doc.raw, doc, defs);
      return { node, shape, widgets: shape.widgets.filter((w) => !has.has(`${String(shape.id)} ${w.name}`)) };
    })
    .filter((n) => n.widgets.length > 0);
}

/** 0: a text that says what the picture shows; 1: what it stays away from; 2: another one. */
function roleOf(doc: Document, id: Id): number {
  const names = doc
    .links()
    .filter((l) => String(l.from) === String(id))
    .map((l) => {
      const to = doc.node(l.to);
      return to && String(slotsIn(to, 'inputs')[l.toSlot]?.['name']);
    });
  return names.includes('positive') ? 0 : names.includes('negative') ? 1 : 2;
}

/** The texts, a picture to begin with, steps, seed, size and model: the first of each that can be changed. */
export function proposal(doc: Document, defs: Defs): Pin[] {
  const all = placesOf(doc, defs).filter(({ shape, widget }) => shape.mode === 'runs' && shape.kind !== 'note' && !widget.linked && widget.def);
  const first = (is: (w: WidgetShape) => boolean) => all.filter((p) => is(p.widget)).slice(0, 1);
  const number = (name: string) => (w: WidgetShape) => w.name === name && w.def?.widget === 'int';
  const texts = all
    .filter((p) => p.widget.def?.widget === 'texts')
    .map((p) => ({ p, role: roleOf(doc, p.shape.id) }))
    .sort((a, b) => a.role - b.role)
    .slice(0, MOST_TEXTS);
  return [
    ...texts.map(({ p }) => p),
    ...first((w) => w.def?.widget === 'upload'),
    ...first(number('steps')),
    ...first((w) => w.def?.widget === 'seed'),
    ...first(number('width')),
    ...first(number('height')),
    ...first((w) => MODEL.test(w.name)),
  ].map(({ shape, widget }) => ({ node: shape.id, widget: widget.name }));
}

function found(doc: Document, defs: Defs, pins: readonly Pin[]): FieldAt[] {
  return pins.flatMap((pin, at) => {
    const node = doc.node(pin.node);
    const shape = node && shapeOf(node, doc.raw, doc, defs);
    const widget = shape?.widgets.find((w) => w.name === pin.widget);
    return node && shape && widget ? [{ at, pin, node, shape, widget }] : [];
  });
}

export function fieldsOf(doc: Document, defs: Defs): Shown {
  const { pins } = linearOf(doc);
  return pins.length ? { fields: found(doc, defs, pins), proposed: false } : { fields: found(doc, defs, proposal(doc, defs)), proposed: true };
}

/** What was proposed is pinned, with what is done to it as one step. */
export function settled(doc: Document, { fields, proposed }: Shown, act: () => void) {
  doc.together(() => {
    if (proposed) for (const f of fields) pin(doc, f.pin.node, f.pin.widget, true);
    act();
  });
}

/** The nodes whose pictures are the result: those that the file names, else all that give something out. */
export function resultNodes(doc: Document, defs: Defs): ReadonlySet<string> {
  const { outputs } = linearOf(doc);
  const own = doc.nodes().filter((n) => defs.get(String(n['type']))?.isOutput ?? doc.definition(n['type']) !== undefined);
  return new Set(outputs.length ? outputs.map(String) : own.map((n) => String(n['id'])));
}
