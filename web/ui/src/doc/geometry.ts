// Positions and sizes as files write them: [x, y] or {"0": x, "1": y}; both are read, and each stays what it was.
import { isObject, type Container, type Json, type JsonObject } from './json.ts';

export type Pair = readonly [number, number];

function pairIn(value: Json | undefined): Container | undefined {
  return Array.isArray(value) || isObject(value) ? value : undefined;
}

function finite(value: Json | undefined): number {
  const n = typeof value === 'bigint' ? Number(value) : value;
  return typeof n === 'number' && Number.isFinite(n) ? n : 0;
}

/** What a node says as "pos" or "size"; [0, 0] where it says nothing that can be read. */
export function pairOf(node: JsonObject, member: 'pos' | 'size'): Pair {
  const pair = pairIn(node[member]) as Record<number, Json> | undefined;
  return [finite(pair?.[0]), finite(pair?.[1])];
}

/** Where its two numbers are kept; undefined where the node has none yet. */
export function pairPlace(node: JsonObject, member: 'pos' | 'size'): Container | undefined {
  return pairIn(node[member]);
}
