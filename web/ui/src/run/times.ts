// How long nodes of a class took when they ran last, for each of their steps: what a job's share is weighed by. Kept for this browser.
import { numberAt, textAt } from '../net/http.ts';
import type { Track } from './track.ts';

const KEY = 'limn.steps';
const MOST_STEPS = 10_000;
let times: Record<string, number> | undefined;

function read(): Record<string, number> {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, unknown>;
    return Object.fromEntries(Object.entries(kept).filter((e): e is [string, number] => typeof e[1] === 'number' && e[1] >= 0));
  } catch {
    return {};
  }
}

const known = () => (times ??= read());

/** What a node of a prompt says that it does so often; 1 where it says nothing. */
export function stepsOf(node: unknown): number {
  return Math.min(MOST_STEPS, Math.max(1, numberAt(node, 'inputs', 'steps') ?? 1));
}

/** Of a node of a prompt: all its steps. */
export function secondsOf(node: unknown): number | undefined {
  const a = known()[textAt(node, 'class_type') ?? ''];
  return a === undefined ? undefined : a * stepsOf(node);
}

/** From a job that ended. */
export function learn({ prompt, seconds }: Track) {
  const all = known();
  for (const [id, took] of Object.entries(seconds)) {
    const type = textAt(prompt?.[id], 'class_type');
    if (type !== undefined) all[type] = Math.round((took * 1e6) / stepsOf(prompt?.[id])) / 1e6;
  }
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // Then every page learns anew.
  }
}
