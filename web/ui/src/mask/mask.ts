// A mask in numbers: 0 is left as it is, 255 is painted anew. Brushes, shapes, filling, feathering, and steps back.
export interface Mask {
  width: number;
  height: number;
  at: Uint8Array; // rows from the top
}

/** Pixels from left, top up to right, bottom, which are not part of it. */
export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Brush {
  radius: number; // in pixels
  hardness: number; // 0 falls off from the middle on, 1 is a disc
  erase: boolean;
}

export const NOTHING: Area = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };

export function newMask(width: number, height: number): Mask {
  return { width, height, at: new Uint8Array(width * height) };
}

export function whole({ width, height }: Mask): Area {
  return { left: 0, top: 0, right: width, bottom: height };
}

export function isEmpty(a: Area): boolean {
  return a.right <= a.left || a.bottom <= a.top;
}

export function joined(a: Area, b: Area): Area {
  return {
    left: Math.min(a.left, b.left), top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right), bottom: Math.max(a.bottom, b.bottom),
  };
}

/** What of it lies within the mask, in whole pixels. */
function within(mask: Mask, a: Area): Area {
  return {
    left: Math.max(0, Math.floor(a.left)), top: Math.max(0, Math.floor(a.top)),
    right: Math.min(mask.width, Math.ceil(a.right)), bottom: Math.min(mask.height, Math.ceil(a.bottom)),
  };
}

function put(mask: Mask, i: number, strength: number, erase: boolean) {
  const was = mask.at[i] ?? 0;
  mask.at[i] = erase ? Math.min(was, 255 - strength) : Math.max(was, strength);
}

/** A stroke from one place to the next: how far a pixel is from that line says how strong it is. */
export function stroke(mask: Mask, from: Point, to: Point, { radius, hardness, erase }: Brush): Area {
  const r = Math.max(0.5, radius);
  const core = r * Math.min(Math.max(hardness, 0), 1);
  const area = within(mask, {
    left: Math.min(from.x, to.x) - r, top: Math.min(from.y, to.y) - r,
    right: Math.max(from.x, to.x) + r, bottom: Math.max(from.y, to.y) + r,
  });
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  for (let y = area.top; y < area.bottom; y++)
    for (let x = area.left; x < area.right; x++) {
      const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
      const t = length > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
      const far = Math.hypot(px - t * dx, py - t * dy);
      if (far >= r) continue;
      put(mask, y * mask.width + x, far <= core ? 255 : Math.round((255 * (r - far)) / (r - core)), erase);
    }
  return area;
}

export function rectangle(mask: Mask, a: Point, b: Point, erase: boolean): Area {
  const area = within(mask, {
    left: Math.round(Math.min(a.x, b.x)), top: Math.round(Math.min(a.y, b.y)),
    right: Math.round(Math.max(a.x, b.x)), bottom: Math.round(Math.max(a.y, b.y)),
  });
  if (isEmpty(area)) return NOTHING;
  for (let y = area.top; y < area.bottom; y++)
    mask.at.fill(erase ? 0 : 255, y * mask.width + area.left, y * mask.width + area.right);
  return area;
}

/** What a closed line goes round, by the even-odd rule, at the middles of pixels. */
export function lasso(mask: Mask, points: readonly Point[], erase: boolean): Area {
  if (points.length < 3) return NOTHING;
  const [xs, ys] = [points.map((p) => p.x), points.map((p) => p.y)];
  const area = within(mask, { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) });
  for (let y = area.top; y < area.bottom; y++) {
    const cuts: number[] = [];
    points.forEach((p, i) => {
      const q = points[(i + 1) % points.length] as Point;
      const middle = y + 0.5;
      if (p.y <= middle !== q.y <= middle) cuts.push(p.x + ((middle - p.y) / (q.y - p.y)) * (q.x - p.x));
    });
    cuts.sort((a, b) => a - b);
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      const from = Math.max(area.left, Math.round(cuts[i] as number));
      const to = Math.min(area.right, Math.round(cuts[i + 1] as number));
      if (to > from) mask.at.fill(erase ? 0 : 255, y * mask.width + from, y * mask.width + to);
    }
  }
  return area;
}

/** All that is joined to a place and of nearly its colour; `rgba` is the picture, as large as the mask. */
export function fill(mask: Mask, rgba: Uint8ClampedArray, at: Point, tolerance: number, erase: boolean): Area {
  const { width, height } = mask;
  const [x0, y0] = [Math.floor(at.x), Math.floor(at.y)];
  if (x0 < 0 || y0 < 0 || x0 >= width || y0 >= height) return NOTHING;
  const start = y0 * width + x0;
  const colour = (i: number, c: number) => rgba[4 * i + c] ?? 0;
  const alike = (i: number) => [0, 1, 2].every((c) => Math.abs(colour(i, c) - colour(start, c)) <= tolerance);
  const seen = new Uint8Array(width * height);
  const stack = [start];
  let area = NOTHING;
  seen[start] = 1;
  for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
    const [x, y] = [i % width, Math.floor(i / width)];
    mask.at[i] = erase ? 0 : 255;
    area = joined(area, { left: x, top: y, right: x + 1, bottom: y + 1 });
    for (const next of [x > 0 ? i - 1 : -1, x + 1 < width ? i + 1 : -1, i - width, i + width])
      if (next >= 0 && next < seen.length && !seen[next] && alike(next)) {
        seen[next] = 1;
        stack.push(next);
      }
  }
  return area;
}

export function clear(mask: Mask): Area {
  mask.at.fill(0);
  return whole(mask);
}

export function invert(mask: Mask): Area {
  for (let i = 0; i < mask.at.length; i++) mask.at[i] = 255 - (mask.at[i] as number);
  return whole(mask);
}

function blurLine(from: Uint8Array, to: Uint8Array, at: number, step: number, n: number, radius: number) {
  const value = (i: number) => from[at + Math.min(Math.max(i, 0), n - 1) * step] as number;
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += value(i);
  for (let i = 0; i < n; i++) {
    to[at + i * step] = Math.round(sum / (2 * radius + 1));
    sum += value(i + radius + 1) - value(i - radius);
  }
}

/** Soft edges, about so many pixels wide: a box three times over each way is nearly a bell. */
export function feather(mask: Mask, pixels: number): Area {
  const radius = Math.round(pixels / 2);
  if (radius < 1) return NOTHING;
  const { width, height } = mask;
  const other = new Uint8Array(mask.at.length);
  for (let pass = 0; pass < 3; pass++) {
    for (let y = 0; y < height; y++) blurLine(mask.at, other, y * width, 1, width, radius);
    for (let x = 0; x < width; x++) blurLine(other, mask.at, x, width, height, radius);
  }
  return whole(mask);
}

/** How much of the picture it covers, 0 to 1. */
export function share(mask: Mask): number {
  let sum = 0;
  for (const v of mask.at) sum += v;
  return mask.at.length ? sum / (255 * mask.at.length) : 0;
}
