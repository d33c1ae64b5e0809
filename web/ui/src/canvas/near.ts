// Which nodes have their body on the page: those in view and a little around, as long as their text can be read and they
// are few. Else every node is a box that paint.ts draws.
import type { Camera } from '../app/documents.ts';
import { grown, overlap, within, type Box } from './boxes.ts';

export const MOST_BODIES = 160;
const FAR = 0.45; // widgets' text of 12 px would be under 6
const LEAVE = 1.1; // a body comes back a tenth later than it went
const WASTE = 2.5; // views that what was worked out may be wide: after zooming in most of it is far away
const AROUND = [0.3, 0.2, 0.1, 0.05]; // of the view, on each side: there a body is ready before it is seen; as much as there is room for

export interface Size {
  width: number;
  height: number;
}

/** The part of the canvas that is seen. */
export function viewOf({ x, y, zoom }: Camera, { width, height }: Size): Box {
  return { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
}

export interface Near {
  far: boolean;
  ids: readonly string[]; // the nearest to the middle first
  for: Box; // good while the view lies in it
}

export interface Placed extends Box {
  key: string;
}

const NOTHING: Box = { x: 0, y: 0, width: -1, height: -1 };
export const NONE_NEAR: Near = { far: true, ids: [], for: NOTHING };

function distance(node: Box, view: Box): number {
  return Math.hypot(node.x + node.width / 2 - view.x - view.width / 2, node.y + node.height / 2 - view.y - view.height / 2);
}

/** Is what was worked out before still good? */
export function isNear(was: Near, camera: Camera, size: Size): boolean {
  const far = camera.zoom < (was.far ? FAR * LEAVE : FAR);
  const view = viewOf(camera, size);
  return !was.far && !far && within(view, was.for) && was.for.width < view.width * WASTE;
}

export function nearOf(nodes: readonly Placed[], camera: Camera, size: Size, was: Near): Near {
  const view = viewOf(camera, size);
  const most = was.far ? MOST_BODIES / LEAVE : MOST_BODIES;

  if (camera.zoom < (was.far ? FAR * LEAVE : FAR)) return NONE_NEAR;
  const seen = nodes.filter((n) => overlap(n, view));
  if (seen.length > most) return NONE_NEAR;
  const order = (a: Box, b: Box) => distance(a, view) - distance(b, view);
  for (const part of AROUND) {
    const wide = grown(view, view.width * part, view.height * part);
    const around = nodes.filter((n) => overlap(n, wide) && !overlap(n, view));
    if (seen.length + around.length <= MOST_BODIES) return { far: false, ids: [...seen.sort(order), ...around.sort(order)].map((n) => n.key), for: wide };
  }
  return { far: false, ids: seen.sort(order).map((n) => n.key), for: view }; // looked at again as soon as it moves
}

/** Which nodes have a body next: of those that are wanted so many new ones, the nearest first; of those that are not, so many fewer. */
export function nextBodies(wanted: readonly string[], has: ReadonlySet<string>, come: number, go: number): ReadonlySet<string> {
  const next = new Set(wanted.filter((key) => has.has(key)));
  const rest = [...has].filter((key) => !next.has(key));
  let added = 0;
  for (const key of wanted) {
    if (added >= come) break;
    if (next.has(key)) continue;
    next.add(key);
    added++;
  }
  for (const key of rest.slice(Math.min(go, rest.length))) if (next.size < MOST_BODIES) next.add(key);
  return next;
}
