// Where a node keeps the values of its widgets, and what they are. A list is dealt out as the C program deals it
// (core/graph/canvas_deal.c): one of the full length by place; in a shorter one a control must look like one.
import type { InputDef, NodeDef, Place } from '../defs/def.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { WidgetShape } from './shape.ts';

export interface Places {
  value: ReadonlyMap<string, number>;
  control: ReadonlyMap<string, number>;
  fill: readonly Json[]; // what stands at each place of a class when a file says nothing
  length: number; // of the list as it is
}

const CONTROLS = ['fixed', 'increment', 'decrement', 'randomize', 'increment-wrap'];

export function isControl(value: Json | undefined): boolean {
  return typeof value === 'string' && CONTROLS.includes(value);
}

/** What an input is given when nobody says anything. */
export function defaultOf(def: InputDef | undefined): Json {
  if (!def) return null;
  if (def.default !== undefined) return def.default;
  switch (def.widget) {
    case 'int':
    case 'seed':
    case 'float':
      return typeof def.min === 'number' && def.min > 0 ? def.min : 0;
    case 'boolean':
      return false;
    case 'choice':
    case 'upload':
      return def.choices?.[0] ?? null;
    case 'choices':
      return [];
    case 'text':
    case 'texts':
    case 'markdown':
      return '';
    case 'color':
      return '#000000';
    default:
      return null;
  }
}

const inputsByName = new WeakMap<NodeDef, ReadonlyMap<string, InputDef>>();

/** The inputs of a class by name. */
export function inputsOf(def: NodeDef): ReadonlyMap<string, InputDef> {
  let found = inputsByName.get(def);
  if (!found) inputsByName.set(def, (found = new Map(def.inputs.map((i) => [i.name, i]))));
  return found;
}

// ------------------------------------------------------------------ dealing out a list

const isForced = (def: InputDef) => def.widget === undefined && def.options['forceInput'] === true;

/** Canvases before 1.16 stored a value for sockets that stand in a widget's place, too: their places are passed over. */
function keptPlaces(values: readonly Json[], def: NodeDef): number[] {
  const all = Array.from(values.keys());
  if (!def.inputs.some(isForced)) return all;
  const controlled = new Set(def.places.filter((p) => p.holds === 'control').map((p) => p.input));
  const owners = def.inputs
    .filter((i) => i.widget !== undefined || isForced(i))
    .flatMap((i) => (controlled.has(i.name) || (isForced(i) && i.options['control_after_generate']) ? [i, i] : [i]));
  return owners.length === values.length ? all.filter((k) => owners[k] && !isForced(owners[k])) : all;
}

const nextValue = (places: readonly Place[], from: number) => places.slice(from).find((p) => p.holds === 'value');

function looksLikeControl(value: Json | undefined, next: InputDef | undefined): boolean {
  if (isControl(value)) return !next?.choices?.includes(value as Json);
  return value === null || (typeof value === 'boolean' && next?.widget !== 'boolean');
}

function isFilter(value: Json | undefined, left: number, places: readonly Place[], at: number, def: NodeDef): boolean {
  const next = inputsOf(def).get(nextValue(places, at)?.input ?? '')?.widget;
  const needed = places.slice(at).filter((p) => p.holds === 'value').length;
  return typeof value === 'string' && (left > needed || next === 'int' || next === 'float' || next === 'seed');
}

function filling(place: Place, def: NodeDef): Json {
  if (place.holds === 'value') return defaultOf(inputsOf(def).get(place.input));
  return place.holds === 'control' ? 'fixed' : place.holds === 'upload' ? 'image' : '';
}

interface Whole {
  value: ReadonlyMap<string, number>;
  control: ReadonlyMap<string, number>;
  length: number;
}

const wholes = new WeakMap<NodeDef, Whole | null>();

/** Where everything stands in a list of the full length; null where that depends on what is in it. */
function wholeOf(def: NodeDef): Whole | null {
  let whole = wholes.get(def);
  if (whole !== undefined) return whole;
  const index = (holds: Place['holds']) => new Map(def.places.map((p, k) => [p, k] as const).filter(([p]) => p.holds === holds).map(([p, k]) => [p.input, k]));
  const depends = def.inputs.some(isForced) || def.places.some((p) => p.maybe);
  whole = depends ? null : { value: index('value'), control: index('control'), length: def.places.length };
  wholes.set(def, whole);
  return whole;
}

/** Where everything stands in a list of values; what is beyond its end, where it would stand. */
export function placesOf(values: readonly Json[], def: NodeDef): Places {
  const plain = wholeOf(def);
  if (plain && values.length >= plain.length) return { ...plain, fill: values, length: values.length };
  const kept = keptPlaces(values, def);
  const whole = kept.length >= def.places.filter((p) => !p.maybe).length;
  const value = new Map<string, number>();
  const control = new Map<string, number>();
  const fill: Json[] = [...values];
  let [next, here, leftOut] = [0, false, false];

  def.places.forEach((place, i) => {
    const at = kept[next];
    const entry = at === undefined ? undefined : values[at];
    if (place.maybe) {
      if (!isControl(entry)) return;
      here = true;
    } else if (place.holds === 'value' || place.holds === 'upload') here = true;
    else if (at === undefined) here = !leftOut;
    else if (whole) here = true;
    else if (place.holds === 'control') here = looksLikeControl(entry, inputsOf(def).get(nextValue(def.places, i)?.input ?? ''));
    else here = here && isFilter(entry, kept.length - next, def.places, i, def);
    if (!here) {
      leftOut = true;
      return;
    }
    next++;
    if (at === undefined) fill.push(filling(place, def));
    if (place.holds === 'value') value.set(place.input, at ?? fill.length - 1);
    else if (place.holds === 'control') control.set(place.input, at ?? fill.length - 1);
  });
  return { value, control, fill, length: values.length };
}

// ------------------------------------------------------------------ reading

/** What stands at a place of a node's values. */
export function entryAt(node: JsonObject, place: number | string | undefined): Json | undefined {
  const values = node['widgets_values'];
  if (place === undefined) return undefined;
  if (Array.isArray(values)) return typeof place === 'number' ? values[place] : undefined;
  return isObject(values) && Object.hasOwn(values, place) ? values[place] : undefined;
}

/** A choice as it runs: null is the first one, and old names of samplers and names with backslashes are the ones of today. */
function asChoice(value: Json, choices: readonly Json[]): Json {
  if (value === null) return choices[0] ?? null;
  if (typeof value !== 'string' || choices.includes(value)) return value;
  return [value.replace(/^sample_/, ''), value.replaceAll('\\', '/')].find((v) => choices.includes(v)) ?? value;
}

/** What a widget shows: the node's own value, else that of the widget within which it stands for, else the class's default. */
export function valueOf(node: JsonObject, widget: WidgetShape): Json | undefined {
  const own = entryAt(node, widget.place);
  if (own !== undefined && !(own === null && widget.source)) return widget.def?.choices && !Array.isArray(own) ? asChoice(own, widget.def.choices) : own;
  if (widget.source) return valueOf(widget.source.node, widget.source.widget);
  return widget.def ? defaultOf(widget.def) : undefined;
}

/** What happens to a widget's value after each run; a file that does not say so leaves it alone. */
export function controlOf(node: JsonObject, widget: WidgetShape): string {
  const own = entryAt(node, widget.control);
  if (typeof own === 'boolean') return own ? 'randomize' : 'fixed';
  if (isControl(own)) return own as string;
  return widget.source && widget.control === undefined ? controlOf(widget.source.node, widget.source.widget) : 'fixed';
}
