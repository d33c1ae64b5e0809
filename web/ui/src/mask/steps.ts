// Steps back and forth: of each only the area it changed is kept, before and after.
import { isEmpty, type Area, type Mask } from './mask.ts';

const MOST_BYTES = 64 << 20;

interface Step {
  area: Area;
  before: Uint8Array;
  after: Uint8Array;
}

export interface Steps {
  kept: Step[];
  done: number;
  bytes: number;
}

export function newSteps(): Steps {
  return { kept: [], done: 0, bytes: 0 };
}

function cut(of: Uint8Array, width: number, { left, top, right, bottom }: Area): Uint8Array {
  const to = new Uint8Array((right - left) * (bottom - top));
  for (let y = top; y < bottom; y++) to.set(of.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  return to;
}

function paste(mask: Mask, { left, top, right, bottom }: Area, from: Uint8Array): Area {
  const wide = right - left;
  for (let y = top; y < bottom; y++)
    mask.at.set(from.subarray((y - top) * wide, (y - top + 1) * wide), y * mask.width + left);
  return { left, top, right, bottom };
}

/** `was` is the whole mask as it stood before; the oldest steps go when they take too much. */
export function keep(steps: Steps, mask: Mask, was: Uint8Array, area: Area) {
  if (isEmpty(area)) return;
  steps.kept.length = steps.done;
  steps.kept.push({ area, before: cut(was, mask.width, area), after: cut(mask.at, mask.width, area) });
  steps.bytes = steps.kept.reduce((sum, s) => sum + s.before.length + s.after.length, 0);
  while (steps.bytes > MOST_BYTES && steps.kept.length > 1) {
    const gone = steps.kept.shift() as Step;
    steps.bytes -= gone.before.length + gone.after.length;
  }
  steps.done = steps.kept.length;
}

/** The area that changed; undefined: there is nothing to take back. */
export function back(steps: Steps, mask: Mask): Area | undefined {
  const step = steps.kept[steps.done - 1];
  if (!step) return undefined;
  steps.done--;
  return paste(mask, step.area, step.before);
}

export function forth(steps: Steps, mask: Mask): Area | undefined {
  const step = steps.kept[steps.done];
  if (!step) return undefined;
  steps.done++;
  return paste(mask, step.area, step.after);
}
