// Where the camera is going. A way takes a moment, and who asks meanwhile, for the next step or for where a graph was left, means the end
// of it and not where it happens to be.
import type { Camera } from '../app/documents.ts';

const KEEP_MS = 250; // after the last move, before the camera is noted

let end: Camera | undefined;

export function setOff(to: Camera) {
  end = to;
}

/** Nobody is on the way there any more. */
export function arrived(at: Camera) {
  if (end === at) end = undefined;
}

/** The canvas is in somebody's hand, or somewhere else at once: the way is not gone on with. */
export function stopped() {
  end = undefined;
}

/** The end of the way; where there is none, here. */
export const goalFrom = (here: Camera): Camera => end ?? here;

/** Notes where a graph is looked at: a moment after the last move, and when another graph comes. */
export function noting(keep: (camera: Camera) => void): { moved: (to: Camera) => void; end: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last: Camera | undefined;
  const note = () => {
    const camera = end ?? last;
    if (camera) keep(camera);
    last = undefined;
  };
  return {
    moved(to) {
      last = to;
      clearTimeout(timer);
      timer = setTimeout(note, KEEP_MS);
    },
    end() {
      clearTimeout(timer);
      note();
      stopped();
    },
  };
}
