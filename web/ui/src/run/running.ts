// What runs now, as the queue shows it: of every job that is heard of, whoever sent it.
import { create } from 'zustand';
import { textAt } from '../net/http.ts';
import { useJobs } from '../net/jobs.ts';
import { secondsOf } from './times.ts';
import { shareOf, type Track } from './track.ts';

export interface Running {
  share: number;
  node?: { type: string; title: string };
  value: number;
  max: number;
  rate?: number;
  over: boolean; // and stays until the queue has it no more
}

export const useRunning = create<Readonly<Record<string, Running>>>(() => ({}));

/** Titles of nodes are in the prompt. */
function nodeIn(t: Track): Running['node'] | undefined {
  if (t.current === undefined) return undefined;
  const node = t.prompt?.[t.current];
  const type = textAt(node, 'class_type') ?? t.current;
  return { type, title: textAt(node, '_meta', 'title') ?? type };
}

export function showRunning(t: Track) {
  const node = nodeIn(t);
  const run = t.current === undefined ? undefined : t.nodes[t.current];
  useRunning.setState({
    [t.id]: {
      share: shareOf(t, secondsOf),
      value: run?.value ?? 0,
      max: run?.max ?? 0,
      over: t.over !== undefined,
      ...(node === undefined ? {} : { node }),
      ...(run?.rate === undefined ? {} : { rate: run.rate }),
    },
  });
}

export function forgetRunning(id: string) {
  useRunning.setState(({ [id]: _gone, ...others }) => others, true);
}

export function followRunning() {
  useJobs.subscribe(({ running }) => {
    const gone = Object.entries(useRunning.getState()).filter(([id, r]) => r.over && !running.some((j) => j.id === id));
    for (const [id] of gone) forgetRunning(id);
  });
}
