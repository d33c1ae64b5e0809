// The line of a link, in numbers: from socket to socket through its reroute points, as smooth at each of them as at its ends.
export interface Point {
  x: number;
  y: number;
}

/** A cubic: begin, two controls, end. */
export type Piece = readonly [Point, Point, Point, Point];

const PULL = 0.25; // of the way between two points, as litegraph pulls
const STEPS = 12; // straight parts that stand for a piece where it is measured

function toward(from: Point, to: Point): Point {
  const way = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { x: (to.x - from.x) / way, y: (to.y - from.y) / way };
}

/** Outputs are left to the right, inputs reached from the left; between them a line goes on as it came. */
export function pieces(points: readonly Point[]): Piece[] {
  const last = points.length - 1;
  const ahead = (i: number): Point =>
    i === 0 || i === last ? { x: 1, y: 0 } : toward(points[i - 1] as Point, points[i + 1] as Point);
  const made: Piece[] = [];

  for (let i = 0; i < last; i++) {
    const a = points[i] as Point;
    const b = points[i + 1] as Point;
    const pull = PULL * Math.hypot(b.x - a.x, b.y - a.y);
    const [u, v] = [ahead(i), ahead(i + 1)];
    made.push([a, { x: a.x + u.x * pull, y: a.y + u.y * pull }, { x: b.x - v.x * pull, y: b.y - v.y * pull }, b]);
  }
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

function* parts(line: readonly Point[]): Generator<[Point, Point, number]> {
  for (const [at, piece] of pieces(line).entries()) {
    let from = piece[0];
    for (let i = 1; i <= STEPS; i++) {
      const to = pointAt(piece, i / STEPS);
      yield [from, to, at];
      from = to;
    }
  }
}

/** How far a point is from the line, and behind which of its points that is. */
export function nearest(line: readonly Point[], p: Point): { distance: number; behind: number } {
  let found = { distance: Infinity, behind: 0 };
  for (const [a, b, behind] of parts(line)) {
    const distance = distanceToPart(p, a, b);
    if (distance < found.distance) found = { distance, behind };
  }
  return found;
}

const side = (a: Point, b: Point, p: Point) => Math.sign((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x));

/** Does the straight stroke from p to q cut the line? */
export function isCut(line: readonly Point[], p: Point, q: Point): boolean {
  for (const [a, b] of parts(line))
    if (side(a, b, p) !== side(a, b, q) && side(p, q, a) !== side(p, q, b)) return true;
  return false;
}

/** The middle of the line, where something about it can be said. */
export function middle(line: readonly Point[]): Point {
  const all = pieces(line);
  const half = all[Math.floor((all.length - 1) / 2)];
  return half ? pointAt(half, 0.5) : { x: 0, y: 0 };
}

export interface Pen {
  moveTo(x: number, y: number): void;
  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void;
}

export function trace(pen: Pen, line: readonly Point[]) {
  const first = line[0];
  if (!first) return;
  pen.moveTo(first.x, first.y);
  for (const [, a, b, to] of pieces(line)) pen.bezierCurveTo(a.x, a.y, b.x, b.y, to.x, to.y);
}
