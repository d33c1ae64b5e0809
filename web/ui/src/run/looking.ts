// Where a picture is looked at, in numbers: how near, and where its left upper corner stands in the frame.

export interface Size {
  width: number;
  height: number;
}

/** Without a zoom it fits, in the middle. */
export interface Look {
  zoom?: number; // screen pixels a pixel of the picture
  x: number;
  y: number;
}

export const FITTED: Look = { x: 0, y: 0 };
const MOST = 32;
const MOST_FITTED = 4;

/** How large the whole picture can be; a small one is not drawn larger than four times. */
export function fitting(own: Size, frame: Size): number {
  return Math.min(MOST_FITTED, frame.width / own.width, frame.height / own.height);
}

/** In the middle where it is smaller than the frame; else no edge comes away from the frame's. */
function held(at: number, length: number, frame: number): number {
  return length <= frame ? (frame - length) / 2 : Math.min(0, Math.max(frame - length, at));
}

function placed(zoom: number, x: number, y: number, own: Size, frame: Size): Look {
  return { zoom, x: held(x, own.width * zoom, frame.width), y: held(y, own.height * zoom, frame.height) };
}

/** With the numbers of a fitted one worked out. */
export function standing(look: Look, own: Size, frame: Size) {
  const zoom = look.zoom ?? fitting(own, frame);
  return look.zoom === undefined ? placed(zoom, 0, 0, own, frame) : look;
}

/** So many times as near, with what is at `about` staying there. */
export function zoomed(look: Look, by: number, about: { x: number; y: number }, own: Size, frame: Size): Look {
  const now = standing(look, own, frame);
  const from = now.zoom ?? 1;
  const least = Math.min(1, fitting(own, frame));
  const zoom = Math.min(MOST, Math.max(least, from * by));
  const times = zoom / from;
  return placed(zoom, about.x - (about.x - now.x) * times, about.y - (about.y - now.y) * times, own, frame);
}

export function moved(look: Look, dx: number, dy: number, own: Size, frame: Size): Look {
  const now = standing(look, own, frame);
  return placed(now.zoom ?? 1, now.x + dx, now.y + dy, own, frame);
}
