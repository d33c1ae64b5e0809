// What the runs of a document gave, the newest first: more than its nodes show, which have their last one only.
import { create } from 'zustand';
import { useDocuments } from '../app/documents.ts';
import { keyOf, mediaOf, type OutputFile } from '../net/files.ts';
import { onJob } from '../run/hear.ts';
import { runOf } from '../run/run.ts';

export interface Made {
  node: string;
  file: OutputFile;
}

const MOST = 48;
const NONE: readonly Made[] = [];

const useMade = create<Readonly<Record<string, readonly Made[]>>>(() => ({}));

export const madeKey = ({ file }: Made) => `${keyOf(file)} ${file.version ?? ''}`;

/** What is new of what the nodes show goes before the rest. */
export function joined(now: readonly Made[], before: readonly Made[]): readonly Made[] {
  const known = new Set(before.map(madeKey));
  const added = now.filter((m) => !known.has(madeKey(m)));
  return added.length ? [...added, ...before].slice(0, MOST) : before;
}

function gather(uid: string) {
  const now = Object.entries(runOf(uid).nodes)
    .filter(([node]) => !node.includes(':')) // what is within an instance shows on it
    .flatMap(([node, run]) => run.files.filter((f) => mediaOf(f) === 'image' || mediaOf(f) === 'video').map((file) => ({ node, file })));
  const open = new Set(useDocuments.getState().opened.map((o) => o.doc.uid));
  useMade.setState((all) => {
    const kept = Object.entries(all).filter(([u]) => open.has(u));
    return { ...Object.fromEntries(kept), [uid]: joined(now, all[uid] ?? NONE) };
  }, true);
}

/** Returns what ends it. */
export function startGathering(): () => void {
  return onJob((uid, _job, how) => how !== 'start' && gather(uid));
}

export function useMadeOf(uid: string): readonly Made[] {
  return useMade((all) => all[uid] ?? NONE);
}
