// Values that are several numbers: boxes, ranges and curves, as their files write them: objects or lists. What else is in them stays.
import type { WidgetKind } from '../defs/def.ts';
import { copy, isObject, newObject, type Container, type Json, type JsonObject } from '../doc/json.ts';
import { isNum, type Num } from './numbers.ts';

export type Key = string | number;

export interface Leaf {
  path: readonly Key[];
  name: string; // "width"
  value: Num;
}

const NAMES: Partial<Record<WidgetKind, readonly string[]>> = { box: ['x', 'y', 'width', 'height'], range: ['min', 'max'] };

/** What a field begins with whose value nobody has set. */
export function firstOf(kind: WidgetKind | undefined): Json {
  if (kind === 'box') return newObject({ x: 0, y: 0, width: 512, height: 512 });
  if (kind === 'range') return newObject({ min: 0, max: 1 });
  return [[0, 0], [1, 1]];
}

/** The numbers of a box or a range; undefined for what is neither. */
export function leavesOf(value: Json | undefined, kind: WidgetKind | undefined): readonly Leaf[] | undefined {
  const names = NAMES[kind ?? 'json'];
  if (!names) return undefined;
  const of = value ?? firstOf(kind);
  const entries: [Key, Json][] = Array.isArray(of) ? of.map((v, i) => [i, v]) : isObject(of) ? Object.entries(of) : [];
  const leaves = entries.filter((e): e is [Key, Num] => isNum(e[1])).map(([key, v]) => ({ path: [key], name: typeof key === 'number' ? (names[key] ?? String(key + 1)) : key, value: v }));
  return leaves.length ? leaves : undefined;
}

/** The value with one of its numbers otherwise. */
export function withLeaf(value: Json, path: readonly Key[], to: Json): Json {
  const made = copy(value);
  let at = made as Container;
  for (const key of path.slice(0, -1)) at = (at as JsonObject)[key] as Container;
  (at as JsonObject)[path.at(-1) ?? ''] = to;
  return made;
}

// ------------------------------------------------------------------ curves

export interface CurvePoint {
  x: Leaf;
  y: Leaf;
}

/** Where the list of points is: the value itself, or its member. */
const listPath = (value: Json): readonly Key[] | undefined =>
  Array.isArray(value) ? [] : isObject(value) && Array.isArray(value['points']) ? ['points'] : undefined;

const listIn = (value: Json, path: readonly Key[]) => (path.length ? (value as JsonObject)['points'] : value) as Json[];

function pointAt(of: Json, path: readonly Key[]): CurvePoint | undefined {
  const [a, b]: readonly [Key, Key] = Array.isArray(of) ? [0, 1] : ['x', 'y'];
  const at = of as Record<Key, Json>;
  if (typeof of !== 'object' || of === null || !isNum(at[a]) || !isNum(at[b])) return undefined;
  return { x: { path: [...path, a], name: 'x', value: at[a] }, y: { path: [...path, b], name: 'y', value: at[b] } };
}

/** The points of a curve, in their order; undefined for what is none. */
export function pointsOf(value: Json | undefined): readonly CurvePoint[] | undefined {
  const of = value ?? firstOf('curve');
  const path = listPath(of);
  const points = path && listIn(of, path).map((p, i) => pointAt(p, [...path, i]));
  return points?.length && points.every((p) => p !== undefined) ? points : undefined;
}

/** Beside the first one that lies further to the right; its place among them. */
export function withPoint(value: Json, x: number, y: number): { value: Json; at: number } {
  const points = pointsOf(value) ?? [];
  const made = copy(value);
  const list = listIn(made, listPath(made) ?? []);
  const found = points.findIndex((p) => Number(p.x.value) > x);
  const at = found < 0 ? list.length : found;
  list.splice(at, 0, Array.isArray(list[0]) ? [x, y] : newObject({ x, y }));
  return { value: made, at };
}

/** Two stay. */
export function withoutPoint(value: Json, at: number): Json {
  const made = copy(value);
  const list = listIn(made, listPath(made) ?? []);
  if (list.length > 2) list.splice(at, 1);
  return made;
}

/** As far as the axes go: what the class says, else 1, or what the points need. */
export function extentOf(points: readonly CurvePoint[], most: Num | undefined): number {
  return most === undefined ? Math.max(1, ...points.flatMap((p) => [Number(p.x.value), Number(p.y.value)])) : Number(most);
}
