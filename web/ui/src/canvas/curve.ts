// The line of a link, in numbers: from socket to socket through its reroute points, as smooth at each of them as at its ends.
import type { LinkStyle } from '../app/settings.ts';

export interface Point {
  x: number;
  y: number;
}

/** A cubic: begin, two controls, end. */
export type Piece = readonly [Point, Point, Point, Point];

let style: LinkStyle = 'curved';

/** How all links look, and where they are met, from now on. */
export function setLinkStyle(to: LinkStyle) {
  style = to;
}

export const areHidden = () => style === 'hidden';

const PULL = 0.25; // of the way between two points, as litegraph pulls
const STEPS = 12; // straight parts that stand for a piece where it is measured

function toward(from: Point, to: Point): Point {
  const way = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { x: (to.x - from.x) / way, y: (to.y - from.y) / way };
}

const OUT = 20; // so far, at most, a line with right angles leaves a socket before it turns back

function straight(a: Point, b: Point): Piece {
  const at = (t: number): Point => ({ x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t });
  return [a, at(1 / 3), at(2 / 3), b];
}

/** Out to the right, in from the left. */
function angled(a: Point, b: Point): Piece[] {
  const [x, y] = [(a.x + b.x) / 2, (a.y + b.y) / 2];
  const far = Math.min(OUT, 8 + Math.max(Math.abs(b.x - a.x), Math.abs(b.y - a.y)) / 4); // within what scene.ts takes for its box
  const [out, back] = [a.x + far, b.x - far];
  const turns = back >= out
    ? [{ x, y: a.y }, { x, y: b.y }]
    : [{ x: out, y: a.y }, { x: out, y }, { x: back, y }, { x: back, y: b.y }];
  return [a, ...turns].map((p, i) => straight(p, turns[i] ?? b));
}

/** From one of the points to the next. Outputs are left to the right, inputs reached from the left; between them a line goes on as it came. */
function leg(points: readonly Point[], i: number): readonly Piece[] {
  const last = points.length - 1;
  const ahead = (k: number): Point =>
    k === 0 || k === last ? { x: 1, y: 0 } : toward(points[k - 1] as Point, points[k + 1] as Point);
  const a = points[i] as Point;
  const b = points[i + 1] as Point;

  if (style === 'straight') return [straight(a, b)];
  if (style === 'angled') return angled(a, b);
  const pull = PULL * Math.hypot(b.x - a.x, b.y - a.y);
  const [u, v] = [ahead(i), ahead(i + 1)];
  return [[a, { x: a.x + u.x * pull, y: a.y + u.y * pull }, { x: b.x - v.x * pull, y: b.y - v.y * pull }, b]];
}

export function pieces(points: readonly Point[]): Piece[] {
  const made: Piece[] = [];
  for (let i = 0; i + 1 < points.length; i++) made.push(...leg(points, i));
  return made;
}

/** Where a piece is at t of 0 to 1. */
export function pointAt([a, b, c, d]: Piece, t: number): Point {
  const s = 1 - t;
  const [p, q, r, w] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
  return { x: p * a.x + q * b.x + r * c.x + w * d.x, y: p * a.y + q * b.y + r * c.y + w * d.y };
}

function distanceToPart(p: Point, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const t = Math.max(0, Math.min(1, ((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

/** Of a line that is not seen none: nothing meets it. */
function* parts(points: readonly Point[]): Generator<[Point, Point, number]> {
  for (let i = 0; i + 1 < points.length && !areHidden(); i++)
    for (const piece of leg(points, i)) {
      let from = piece[0];
      for (let k = 1; k <= STEPS; k++) {
        const to = pointAt(piece, k / STEPS);
        yield [from, to, i];
        from = to;
      }
    }
}

/** How far a point is from the line through these points, and behind which of its points that is. */
export function nearest(points: readonly Point[], p: Point): { distance: number; behind: number } {
  let found = { distance: Infinity, behind: 0 };
  for (const [a, b, behind] of parts(points)) {
    const distance = distanceToPart(p, a, b);
    if (distance < found.distance) found = { distance, behind };
  }
  return found;
}

const side = (a: Point, b: Point, p: Point) => Math.sign((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x));

/** Does the straight stroke from p to q cut the line? */
export function isCut(points: readonly Point[], p: Point, q: Point): boolean {
  for (const [a, b] of parts(points))
    if (side(a, b, p) !== side(a, b, q) && side(p, q, a) !== side(p, q, b)) return true;
  return false;
}

/** The middle of the line, where something about it can be said. */
export function middle(points: readonly Point[]): Point {
  const half = points.length < 2 ? [] : leg(points, Math.floor((points.length - 2) / 2));
  const piece = half[Math.floor(half.length / 2)];
  return piece ? pointAt(piece, 0.5) : { x: 0, y: 0 };
}

const SAMPLES = 24; // of a piece

/** The place on the line that is the nearest to its middle and not covered; the middle where all of it is. */
export function freeMiddle(points: readonly Point[], covered: (p: Point) => boolean): Point {
  const all = pieces(points).flatMap((piece) => Array.from({ length: SAMPLES }, (_, i) => pointAt(piece, (i + 0.5) / SAMPLES)));
  const half = (all.length - 1) / 2;
  const free = all.map((p, i) => ({ p, away: Math.abs(i - half) })).sort((a, b) => a.away - b.away).find(({ p }) => !covered(p));
  return free?.p ?? middle(points);
}

export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void;
}

export function trace(pen: Pen, points: readonly Point[]) {
  const first = points[0];
  if (!first) return;
  pen.moveTo(first.x, first.y);
  const bends = style === 'curved' || style === 'hidden';
  for (const [, a, b, to] of pieces(points))
    if (bends) pen.bezierCurveTo(a.x, a.y, b.x, b.y, to.x, to.y);
    else pen.lineTo(to.x, to.y);
}
