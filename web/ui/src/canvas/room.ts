// Where nothing lies yet, for a node that nobody pointed a place for.
import { grown, overlap, type Box } from './boxes.ts';
import type { Point } from './curve.ts';

const APART = 20;
const STEP = 40;
const REACH = 20; // steps to each side

/** How far a box is to be moved, so that it lies on none of the others: the shortest way, rather to the right or down. */
export function wayToRoom(box: Box, others: readonly Box[]): Point {
  const near = others.filter((o) => overlap(o, grown(box, STEP * REACH + APART)));
  let [best, least] = [undefined as Point | undefined, Infinity];
  for (let i = -REACH; i <= REACH; i++)
    for (let j = -REACH; j <= REACH; j++) {
      const far = Math.hypot(i, j) + (i < 0 || j < 0 ? 0.5 : 0);
      const there = grown({ ...box, x: box.x + i * STEP, y: box.y + j * STEP }, APART);
      if (far >= least || near.some((o) => overlap(o, there))) continue;
      [best, least] = [{ x: i * STEP, y: j * STEP }, far];
    }
  return best ?? { x: 0, y: Math.max(...near.map((o) => o.y + o.height)) + APART - box.y };
}
