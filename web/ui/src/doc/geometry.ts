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

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export function centreOf(box: Box): Pair {
  return [box.x + box.width / 2, box.y + box.height / 2];
}

export function contains(box: Box, [x, y]: Pair): boolean {
  return x >= box.x && y >= box.y && x <= box.x + box.width && y <= box.y + box.height;
}

/** The least box around all of them; undefined for none. */
export function around(boxes: Iterable<Box>): Box | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const b of boxes) {
    left = Math.min(left, b.x);
    top = Math.min(top, b.y);
    right = Math.max(right, b.x + b.width);
    bottom = Math.max(bottom, b.y + b.height);
  }
  return left === Infinity ? undefined : { x: left, y: top, width: right - left, height: bottom - top };
}

/** About how wide a line of interface text is, without asking a page. */
export function textWidth(text: string): number {
  let width = 0;
  for (const c of text) width += (c.codePointAt(0) ?? 0) >= 0x1100 ? 13 : 7;
  return width;
}
