// What stands at each place of a node's widgets_values: as the server says (/limn/plans), which reads files by it.
import { isObject, type Json, type JsonObject } from '../doc/json.ts';
import type { Place } from './def.ts';

export type Plans = ReadonlyMap<string, readonly Place[]>;
const HOLDS = ['value', 'control', 'filter', 'upload'] as const;

/** An integer that has an "after generating" beside it. */
export function isSeed(name: string, options: JsonObject): boolean {
  const told = options['control_after_generate'];
  return told === undefined ? name === 'seed' || name === 'noise_seed' : Boolean(told);
}

function readPlace(raw: Json): Place | undefined {
  const [input, told, folder] = Array.isArray(raw) ? raw : [];
  const holds = HOLDS.find((h) => h === told);
  return typeof input === 'string' && holds ? { input, holds, ...(typeof folder === 'string' ? { folder } : {}) } : undefined;
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
