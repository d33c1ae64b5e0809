// What becomes of seeds, and of other values with a control, when their workflow has run: fixed, one more, one less, any.
import type { Defs, InputDef } from '../defs/def.ts';
import type { Document } from '../doc/document.ts';
import { setWidgetValues } from '../doc/ops.ts';
import { isObject, type Json, type JsonObject } from '../doc/json.ts';
import type { Id } from '../doc/links.ts';
import type { WidgetShape } from '../doc/shape.ts';
import { shapeOf } from '../doc/shapes.ts';
import { controlOf, valueOf } from '../doc/values.ts';
import { noteLast } from './last.ts';
import { locate } from './where.ts';

/** A whole number from 0 to `below` − 1. */
export type Draw = (below: bigint) => bigint;

const MOST = (1n << 64n) - 1n; // a seed has 64 bits
const SAFE = (1n << 53n) - 1n; // what is drawn where the class names no end

/** Every number as often as any other. */
export const draw: Draw = (below) => {
  const bits = (below - 1n).toString(2).length;
  for (;;) {
    const words = crypto.getRandomValues(new Uint32Array(Math.ceil(bits / 32)));
    const n = words.reduce((all, word) => (all << 32n) | BigInt(word), 0n) & ((1n << BigInt(bits)) - 1n);
    if (n < below) return n;
  }
};

const whole = (n: number | bigint | undefined, otherwise: bigint) =>
  typeof n === 'bigint' ? n : typeof n === 'number' && Number.isFinite(n) ? BigInt(Math.trunc(n)) : otherwise;

const plain = (n: bigint): number | bigint => (Number.isSafeInteger(Number(n)) ? Number(n) : n);

function nextWhole(control: string, value: number | bigint, def: InputDef | undefined, any: Draw): number | bigint {
  const least = whole(def?.min, 0n);
  const end = def?.max === undefined ? undefined : whole(def.max, SAFE);
  const step = whole(def?.step, 1n) || 1n;
  const now = whole(value, 0n);
  const within = (n: bigint) => plain(n < least ? least : end !== undefined && n > end ? end : n);
  if (control === 'increment') return within(now + step);
  if (control === 'decrement') return within(now - step);
  const most = end === undefined ? SAFE : end > MOST ? MOST : end; // an end that was told as a float may be a little beyond
  return plain(most <= least ? least : least + any((most - least) / step + 1n) * step);
}

function nextPart(control: string, value: number, def: InputDef | undefined, any: Draw): number {
  const [least, most, step] = [Number(def?.min ?? 0), Number(def?.max ?? 1), def?.step ?? 0.01];
  const rounded = (n: number) => Number(Math.min(most, Math.max(least, n)).toPrecision(12));
  if (control === 'increment') return rounded(value + step);
  if (control === 'decrement') return rounded(value - step);
  return rounded(least + Number(any(BigInt(Math.max(1, Math.floor((most - least) / step) + 1)))) * step);
}

/** Choices go on to their neighbours, at the ends they stay, or begin again. */
function nextChoice(control: string, value: Json, choices: readonly Json[], any: Draw): Json {
  const at = choices.indexOf(value);
  const n = choices.length;
  const places: Record<string, number> = {
    increment: Math.min(n - 1, at + 1),
    decrement: Math.max(0, at - 1),
    'increment-wrap': (at + 1) % n,
  };
  return choices[places[control] ?? Number(any(BigInt(n)))] ?? value;
}

/** What a value becomes; the same where its control leaves it alone. */
export function nextValue(control: string, value: Json | undefined, def: InputDef | undefined, any: Draw = draw): Json | undefined {
  if (control === 'fixed') return value;
  if (def?.choices?.length) return value === undefined ? value : nextChoice(control, value, def.choices, any);
  if (control === 'increment-wrap') control = 'increment';
  if (typeof value === 'bigint' || (typeof value === 'number' && def?.widget !== 'float')) return nextWhole(control, value, def, any);
  return typeof value === 'number' ? nextPart(control, value, def, any) : value;
}

interface Controlled {
  node: JsonObject;
  widget: WidgetShape;
}

/** Widgets with a control in nodes that run; a primitive's runs with the nodes it leads to. */
function controlled(doc: Document, defs: Defs, ran: ReadonlySet<JsonObject> | undefined): Controlled[] {
  return doc.graphs().flatMap((graph) =>
    doc.nodes(graph).flatMap((node) => {
      const mode = node['mode'];
      if (mode === 2 || mode === 4) return [];
      const shape = shapeOf(node, graph, doc, defs);
      if (ran && shape.kind !== 'primitive' && !ran.has(node)) return [];
      return shape.widgets
        .filter((w) => w.control !== undefined && w.place !== undefined && !w.linked)
        .map((widget) => ({ node, widget }));
    }),
  );
}

/** One step for all of them. `prompt`: only nodes that it has; without one, all that would run. */
export function changeSeeds(doc: Document, defs: Defs, prompt?: JsonObject) {
  const names = prompt && Object.keys(prompt);
  const ran = names && new Set(names.map((name) => locate(doc, name)?.node).filter((node) => node !== undefined));
  const values = controlled(doc, defs, ran).flatMap(({ node, widget }) => {
    const before = valueOf(node, widget);
    if (before !== undefined) noteLast(doc.uid, node['id'] as Id, widget.name, before);
    const value = nextValue(controlOf(node, widget), before, widget.def);
    return value === undefined || value === before || isObject(value) ? [] : [{ node, widget, value }];
  });
  if (values.length) setWidgetValues(doc, 'seed', values, { join: 'seed', own: true }); // of ten runs one step, and no reason to save
}

const begun = new WeakSet<Document>();

/** Where seeds change before runs: the first run of a document that was opened has them as the file does. */
export function changeSeedsBefore(doc: Document, defs: Defs) {
  if (begun.has(doc)) changeSeeds(doc, defs);
  begun.add(doc);
}

/** It ran with the seeds it has, whichever way is chosen later. */
export function hasRun(doc: Document) {
  begun.add(doc);
}
