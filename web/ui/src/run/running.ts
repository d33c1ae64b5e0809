// What runs now, as the queue shows it: of every job that is heard of, whoever sent it.
import { create } from 'zustand';
import { textAt } from '../net/http.ts';
import { secondsOf } from './times.ts';
import { shareOf, type Track } from './track.ts';

export interface Running {
  share: number;
  node?: string; // its title
  value: number;
  max: number;
  rate?: number;
}

export const useRunning = create<Readonly<Record<string, Running>>>(() => ({}));

/** Titles of nodes are in the prompt. */
function titleIn(t: Track): string | undefined {
  const node = t.current === undefined ? undefined : t.prompt?.[t.current];
  return textAt(node, '_meta', 'title') ?? textAt(node, 'class_type') ?? t.current;
}

export function showRunning(t: Track) {
  const node = titleIn(t);
  const run = t.current === undefined ? undefined : t.nodes[t.current];
  useRunning.setState({
    [t.id]: {
      share: shareOf(t, secondsOf),
      value: run?.value ?? 0,
      max: run?.max ?? 0,
      ...(node === undefined ? {} : { node }),
      ...(run?.rate === undefined ? {} : { rate: run.rate }),
    },
  });
}

export function forgetRunning(id: string) {
  useRunning.setState(({ [id]: _gone, ...others }) => others, true);
}
