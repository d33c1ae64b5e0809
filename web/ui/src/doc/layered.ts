// Boxes in columns, from left to right along what joins them: layers by the longest way, an order within each that crosses
// little, and heights at which lines run straight. After Sugiyama, Tagawa and Toda 1981; heights by isotonic regression.
import type { Pair } from './geometry.ts';

export interface Item {
  id: string;
  width: number;
  height: number;
  y: number; // where it is now: what decides when nothing else does
}

export interface Line {
  from: string;
  to: string;
  fromY: number; // from the top of its item
  toY: number;
}

interface Box {
  item: Item | undefined; // undefined: a place where a long line goes by
  height: number;
  hint: number;
  layer: number;
  place: number; // within its layer, while ordering
  y: number;
  before: Joint[];
  behind: Joint[];
}

interface Joint {
  to: Box;
  here: number;
  there: number;
}

const GAP_X = 70;
const GAP_Y = 40;
const BYPASS = 16; // of a line that goes by
const SWEEPS = 6;

type Arrows = Map<string, Line[]>;

function arrowsOf(items: readonly Item[], lines: readonly Line[], end: 'from' | 'to'): Arrows {
  const arrows: Arrows = new Map(items.map((i) => [i.id, []]));
  for (const line of lines) arrows.get(line[end])?.push(line);
  return arrows;
}

/** The lines without those that close a circle, and the items in an order in which lines lead on. */
function unwind(items: readonly Item[], lines: readonly Line[]): { order: string[]; kept: Line[] } {
  const arrows = arrowsOf(items, lines, 'from');
  const state = new Map<string, 'open' | 'done'>();
  const order: string[] = [];
  const kept: Line[] = [];
  const visit = (root: string) => {
    const walk = [{ id: root, next: 0 }];
    state.set(root, 'open');
    for (let at = walk.at(-1); at; at = walk.at(-1)) {
      const line = arrows.get(at.id)?.[at.next++];
      if (!line) {
        state.set(at.id, 'done');
        order.push(at.id);
        walk.pop();
        continue;
      }
      const seen = state.get(line.to);
      if (seen !== 'open') kept.push(line);
      if (seen === undefined) {
        state.set(line.to, 'open');
        walk.push({ id: line.to, next: 0 });
      }
    }
  };
  const entered = new Set(lines.map((l) => l.to));
  for (const item of [...items.filter((i) => !entered.has(i.id)), ...items]) if (!state.has(item.id)) visit(item.id);
  return { order: order.reverse(), kept };
}

/** As far left as what comes before allows; then what nothing leads to goes as far right as what is behind it allows. */
function layersOf(items: readonly Item[], order: readonly string[], lines: readonly Line[]): Map<string, number> {
  const layer = new Map(items.map((i) => [i.id, 0]));
  const behind = arrowsOf(items, lines, 'from');
  const entered = new Set(lines.map((l) => l.to));
  for (const id of order) for (const line of behind.get(id) ?? []) layer.set(line.to, Math.max(layer.get(line.to) ?? 0, (layer.get(id) ?? 0) + 1));
  for (const id of order) {
    const next = (behind.get(id) ?? []).map((l) => layer.get(l.to) ?? 0);
    if (!entered.has(id) && next.length) layer.set(id, Math.min(...next) - 1);
  }
  return layer;
}

function joinBoxes(a: Box, b: Box, fromY: number, toY: number) {
  a.behind.push({ to: b, here: fromY, there: toY });
  b.before.push({ to: a, here: toY, there: fromY });
}

/** The boxes by layer. A line over several layers has a place in each; lines from one socket share them. */
function boxesOf(items: readonly Item[], layer: ReadonlyMap<string, number>, lines: readonly Line[]): Box[][] {
  const layers: Box[][] = [];
  const add = (item: Item | undefined, at: number, height: number, hint: number): Box => {
    const box: Box = { item, height, hint, layer: at, place: 0, y: 0, before: [], behind: [] };
    (layers[at] ??= []).push(box);
    return box;
  };
  const boxes = new Map(items.map((i) => [i.id, add(i, layer.get(i.id) ?? 0, i.height, i.y)]));
  const passing = new Map<string, Box>();
  for (const line of lines) {
    const [from, to] = [boxes.get(line.from), boxes.get(line.to)];
    if (!from || !to) continue;
    let [last, y] = [from, line.fromY];
    for (let at = from.layer + 1; at < to.layer; at++) {
      const key = `${line.from} ${line.fromY} ${at}`;
      let box = passing.get(key);
      if (!box) {
        passing.set(key, (box = add(undefined, at, BYPASS, from.hint)));
        joinBoxes(last, box, y, BYPASS / 2);
      }
      [last, y] = [box, BYPASS / 2];
    }
    joinBoxes(last, to, y, line.toY);
  }
  return layers.filter((l) => l !== undefined);
}

// ------------------------------------------------------------------ order within a layer

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

function number(layer: Box[]) {
  layer.forEach((box, i) => (box.place = i));
}

/** Each box goes to the middle of what it is joined to on one side; what is joined to nothing there keeps its place. */
function sortBy(layer: Box[], side: 'before' | 'behind') {
  const wish = new Map(layer.map((box) => [
    box, box[side].length ? mean(box[side].map((j) => j.to.place + j.there / (j.to.height + 1))) : box.place,
  ]));
  layer.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0) || a.place - b.place);
  number(layer);
}

function sort(layers: Box[][]) {
  for (const layer of layers) {
    layer.sort((a, b) => a.hint - b.hint);
    number(layer);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const layer of layers.slice(1)) sortBy(layer, 'before');
    for (const layer of layers.slice(0, -1).reverse()) sortBy(layer, 'behind');
  }
  for (const layer of layers.slice(1)) sortBy(layer, 'before');
}

// ------------------------------------------------------------------ heights

/** The heights nearest to the wished ones at which boxes stand in their order without touching: runs that would touch move as
 * one, to the mean of their wishes. */
function settle(layer: readonly Box[], wishes: readonly number[]) {
  const offsets: number[] = [];
  layer.forEach((box, i) => offsets.push(i ? (offsets[i - 1] ?? 0) + (layer[i - 1]?.height ?? 0) + (layer[i - 1]?.item || box.item ? GAP_Y : 0) : 0));
  const runs: { sum: number; n: number }[] = [];
  wishes.forEach((wish, i) => {
    runs.push({ sum: wish - (offsets[i] ?? 0), n: 1 });
    for (let [a, b] = runs.slice(-2); a && b && a.sum / a.n > b.sum / b.n; [a, b] = runs.slice(-2)) {
      runs.pop();
      a.sum += b.sum;
      a.n += b.n;
    }
  });
  let i = 0;
  for (const run of runs) for (let k = 0; k < run.n; k++, i++) (layer[i] as Box).y = run.sum / run.n + (offsets[i] ?? 0);
}

function wishOf(box: Box, joints: readonly Joint[]): number {
  return joints.length ? mean(joints.map((j) => j.to.y + j.there - j.here)) : box.y;
}

function level(layers: readonly Box[][]) {
  for (const layer of layers) settle(layer, layer.map((b) => b.y));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const layer of layers.slice(1)) settle(layer, layer.map((b) => wishOf(b, b.before)));
    for (const layer of layers.slice(0, -1).reverse()) settle(layer, layer.map((b) => wishOf(b, b.behind)));
  }
  for (const layer of layers.slice(1)) settle(layer, layer.map((b) => wishOf(b, b.before)));
}

// ------------------------------------------------------------------ all of it

interface Part {
  items: Item[];
  lines: Line[];
}

/** What hangs together, the topmost first. */
function partsOf(items: readonly Item[], lines: readonly Line[]): Part[] {
  const near = new Map<string, string[]>(items.map((i) => [i.id, []]));
  for (const { from, to } of lines) {
    near.get(from)?.push(to);
    near.get(to)?.push(from);
  }
  const part = new Map<string, number>();
  let n = 0;
  for (const item of [...items].sort((a, b) => a.y - b.y)) {
    if (part.has(item.id)) continue;
    const walk = [item.id];
    for (let id = walk.pop(); id !== undefined; id = walk.pop()) {
      if (part.has(id)) continue;
      part.set(id, n);
      walk.push(...(near.get(id) ?? []));
    }
    n++;
  }
  const parts = Array.from({ length: n }, (): Part => ({ items: [], lines: [] }));
  for (const item of items) parts[part.get(item.id) ?? 0]?.items.push(item);
  for (const line of lines) parts[part.get(line.from) ?? 0]?.lines.push(line);
  return parts;
}

function placePart({ items, lines }: Part, top: number, to: Map<string, Pair>): number {
  const { order, kept } = unwind(items, lines);
  const layers = boxesOf(items, layersOf(items, order, kept), kept);
  sort(layers);
  level(layers);
  const least = Math.min(...layers.flat().map((b) => b.y));
  let [x, bottom] = [0, top];
  for (const layer of layers) {
    for (const { item, y } of layer) {
      if (!item) continue;
      to.set(item.id, [x, Math.round(y - least + top)]);
      bottom = Math.max(bottom, y - least + top + item.height);
    }
    x += Math.max(0, ...layer.map((b) => b.item?.width ?? 0)) + GAP_X;
  }
  return Math.ceil(bottom) + GAP_Y;
}

/** Where each item's left upper corner goes; it all begins at [0, 0]. */
export function layered(items: readonly Item[], lines: readonly Line[]): Map<string, Pair> {
  const known = new Set(items.map((i) => i.id));
  const real = lines.filter((l) => l.from !== l.to && known.has(l.from) && known.has(l.to));
  const to = new Map<string, Pair>();
  let top = 0;
  for (const part of partsOf(items, real)) top = placePart(part, top, to);
  return to;
}
