// One view of a link, whichever of its two shapes a file uses: [id, from, slot, to, slot, type], or an object.
import { isObject, newObject, type Json } from './json.ts';

export type Id = number | bigint | string;
export interface Link {
  id: Id;
  from: Id;
  fromSlot: number;
  to: Id;
  toSlot: number;
  type: Json;
}

const MEMBERS = ['id', 'origin_id', 'origin_slot', 'target_id', 'target_slot', 'type'] as const;

export function isId(value: unknown): value is Id {
  return typeof value === 'string' || typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value));
}

/** Undefined for what is no link: null, a list that is too short, an id that is none. */
export function readLink(raw: Json | undefined): Link | undefined {
  const [id, from, fromSlot, to, toSlot, type = '*'] = Array.isArray(raw) ? raw : isObject(raw) ? MEMBERS.map((m) => raw[m]) : [];
  if (!isId(id) || !isId(from) || !isId(to) || typeof fromSlot !== 'number' || typeof toSlot !== 'number') return undefined;
  return { id, from, fromSlot, to, toSlot, type };
}

/** In the shape of the list it joins; subgraphs have objects, and an empty list of a workflow has none yet. */
export function writeLink(link: Link, among: readonly Json[], inSubgraph = false): Json {
  const values: Json[] = [link.id, link.from, link.fromSlot, link.to, link.toSlot, link.type];
  const like = among.find((l) => readLink(l));
  if (like === undefined ? !inSubgraph : Array.isArray(like)) return values;
  return newObject(Object.fromEntries(MEMBERS.map((m, i) => [m, values[i] as Json])));
}
