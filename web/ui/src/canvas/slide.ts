// A drawing that was made for another camera, placed for this one: a canvas that is moved or zoomed a little is not drawn again at once,
// which costs the browser next to nothing.
import type { Camera } from '../app/documents.ts';
import type { Size } from './near.ts';

const LEAST = 0.66;
const MOST = 1.5; // beyond, its lines are too coarse

export interface Slide {
  x: number; // of its corner, from where it would be drawn
  y: number;
  by: number; // times as large
}

/** Undefined: it would not cover the view. `beyond`: what it has on each side of the view, in screen pixels. */
export function slideOf(drawn: Camera, now: Camera, { width, height }: Size, beyond: number): Slide | undefined {
  const by = now.zoom / drawn.zoom;
  const at = (now: number, drawn: number) => now - drawn * by + beyond * (1 - by);
  const [x, y] = [at(now.x, drawn.x), at(now.y, drawn.y)];
  const covers = (from: number, length: number) => from <= beyond && from + by * (length + 2 * beyond) >= beyond + length;
  return by >= LEAST && by <= MOST && covers(x, width) && covers(y, height) ? { x, y, by } : undefined;
}
