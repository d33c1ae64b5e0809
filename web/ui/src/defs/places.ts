// What stands at each place of a node's widgets_values: as the server says (/limn/plans), which reads files by it, or, of a
// server that does not say, as the class's declaration lets one tell.
import { isObject, type Json, type JsonObject } from '../doc/json.ts';
import type { InputDef, Place } from './def.ts';

export type Plans = ReadonlyMap<string, readonly Place[]>;
const HOLDS = ['value', 'control', 'filter', 'upload', 'other'] as const;

/** An integer that has an "after generating" beside it. */
export function isSeed(name: string, options: JsonObject): boolean {
  const told = options['control_after_generate'];
  return told === undefined ? name === 'seed' || name === 'noise_seed' : Boolean(told);
}

// ------------------------------------------------------------------ as the server says

function readPlace(raw: Json): Place | undefined {
  const [input, told] = Array.isArray(raw) ? raw : [];
  const holds = HOLDS.find((h) => h === told);
  return typeof input === 'string' && holds ? { input, holds } : undefined;
}

/** {"KSampler": [["seed", "value"], …]}; a class with a place that cannot be read is left out. */
export function readPlans(raw: Json): Plans {
  const plans = new Map<string, readonly Place[]>();
  for (const [name, list] of isObject(raw) ? Object.entries(raw) : []) {
    const places = Array.isArray(list) ? list.map(readPlace) : [undefined];
    if (places.every((p) => p !== undefined)) plans.set(name, places);
  }
  return plans;
}

// ------------------------------------------------------------------ as the declaration lets one tell

function placesOf(input: InputDef): Place[] {
  const put = (...holds: Place['holds'][]): Place[] => holds.map((h) => ({ input: input.name, holds: h }));
  const controlled = Boolean(input.options['control_after_generate']);
  switch (input.widget) {
    case undefined:
      return [];
    case 'seed':
      return put('value', 'control');
    case 'float':
      return controlled ? put('value', 'control') : put('value');
    case 'choice':
    case 'choices':
    case 'upload': {
      const remote = input.options['remote'];
      const asked = isObject(remote) ? (remote['refresh_button'] ? put('other', 'other') : put('other')) : [];
      return [...put('value'), ...asked, ...(controlled ? put('control', 'filter') : [])];
    }
    case 'box':
      return put('value', 'other', 'other', 'other', 'other');
    default:
      return put('value');
  }
}

/** The button behind the choices of a file; only a class's first required one has it, and of sounds only "audio". */
function buttonOf(inputs: readonly InputDef[]): Place[] {
  const required = inputs.filter((i) => i.required);
  const picture = required.find((i) => i.upload === 'image' || i.upload === 'video');
  const sound = required.find((i) => i.upload === 'audio' && i.name === 'audio');
  return [picture, sound].filter((i) => i !== undefined).map((i) => ({ input: i.name, holds: 'upload' as const }));
}

/** Source: the order in which ComfyUI's page makes widgets. Buttons stand last, or last of the required inputs where a class says no order. */
export function derivePlaces(inputs: readonly InputDef[], hasOrder: boolean): Place[] {
  const [first, then] = hasOrder ? [inputs, []] : [inputs.filter((i) => i.required), inputs.filter((i) => !i.required)];
  return [...first.flatMap(placesOf), ...buttonOf(inputs), ...then.flatMap(placesOf)];
}
