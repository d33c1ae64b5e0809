// The steps of a document: what was done, what of it is taken back, and the moments between them.
import { addChanges, weight, type Change } from './patch.ts';

const MOST_STEPS = 500;
const MOST_BYTES = 32 << 20;

export interface Step {
  label: string;
  join: string | undefined; // a step of the same name goes on with this one
  patch: Change[];
  touched: Set<string>;
  bytes: number;
  closed?: true; // somebody has its moment in hand: no step goes on with it
  over?: readonly Step[]; // what could be redone when it was made, as long as it is the last one
}

/** A moment of a document: the last step that was in effect, or what was before all that are kept. */
export type Moment = object;

export interface Steps {
  all: Step[];
  done: number; // those in effect; behind them are those that can be redone
  bytes: number; // of all
  start: Moment;
}

export const newSteps = (): Steps => ({ all: [], done: 0, bytes: 0, start: {} });

export const lastOf = (of: Steps): Step | undefined => of.all[of.done - 1];
export const momentOf = (of: Steps): Moment => lastOf(of) ?? of.start;

function replaceFrom(of: Steps, at: number, by: readonly Step[]) {
  for (const gone of of.all.splice(at, Infinity, ...by)) of.bytes -= gone.bytes;
  for (const come of by) of.bytes += come.bytes;
}

/** The last step goes, and what could be redone before it was made can be redone again. */
export function dropLast(of: Steps) {
  const step = lastOf(of);
  if (step) replaceFrom(of, --of.done, step.over ?? []);
}

/** The oldest steps go when there are too many; the last one stays. */
function forget(of: Steps) {
  while (of.done > 1 && (of.all.length > MOST_STEPS || of.bytes > MOST_BYTES)) {
    const [gone] = of.all.splice(0, 1);
    of.done--;
    of.bytes -= gone?.bytes ?? 0;
    of.start = gone ?? of.start;
  }
}

/** What is done now: a step of its own, or more of the last one. */
export function keepStep(of: Steps, step: Step) {
  const last = lastOf(of);
  const over = of.all.slice(of.done);
  replaceFrom(of, of.done, []);
  if (last && !last.closed && step.join !== undefined && last.join === step.join) {
    addChanges(last.patch, step.patch);
    of.bytes -= last.bytes;
    last.bytes = weight(last.patch);
    of.bytes += last.bytes;
    for (const node of step.touched) last.touched.add(node);
    if (!last.patch.length) dropLast(of); // it ended where it began
  } else {
    delete last?.over;
    of.all.push({ ...step, over });
    of.bytes += step.bytes;
    of.done++;
  }
  forget(of);
}
