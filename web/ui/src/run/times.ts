// How long nodes of a class took when they ran last: what a job's share is weighed by. Kept for this browser.
import { textAt } from '../net/http.ts';
import type { Track } from './track.ts';

const KEY = 'limn.times';
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

/** Of a node of a prompt. */
export function secondsOf(node: unknown): number | undefined {
  const type = textAt(node, 'class_type');
  return type === undefined ? undefined : known()[type];
}

/** From a job that ended. */
export function learn({ prompt, seconds }: Track) {
  const all = known();
  for (const [id, took] of Object.entries(seconds)) {
    const type = textAt(prompt?.[id], 'class_type');
    if (type !== undefined) all[type] = Math.round(took * 1000) / 1000;
  }
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // Then every page learns anew.
  }
}
