// What runs of a document: by its uid, beside the file and never in it. Who shows a node hears of that node only.
import { create } from 'zustand';

export type NodeState = 'waiting' | 'running' | 'done' | 'cached' | 'error' | 'interrupted';

/** A picture that a node gave. */
export interface OutputFile {
  filename: string;
  subfolder: string;
  type: 'output' | 'temp' | 'input';
}

export interface NodeRun {
  state: NodeState;
  value: number; // of max: steps
  max: number;
  rate?: number; // steps a second
  preview?: string; // a blob URL, owned by run/previews.ts
  files: readonly OutputFile[];
  text?: string; // what the node says of itself
  error?: string;
}

export interface Problem {
  node?: string; // as the prompt names it: "12:3"
  input?: string;
  message: string;
  detail?: string;
}

export interface Run {
  jobs: readonly string[]; // prompt ids that were sent for this document and are not over, the oldest first
  current?: string; // the one that runs
  nodes: Readonly<Record<string, NodeRun>>; // by the prompt's id; an inner node "12:3" also shows on 12
  share: number; // of the current job, 0 to 1
  problems: readonly Problem[];
}

export const EMPTY: Run = { jobs: [], nodes: {}, share: 0, problems: [] };

export const useRuns = create<Readonly<Record<string, Run>>>(() => ({}));

export function changeRun(uid: string, change: (run: Run) => Run) {
  useRuns.setState((all) => ({ ...all, [uid]: change(all[uid] ?? EMPTY) }));
}

/** What a node of a document does; undefined: nothing yet. */
export function useNodeRun(uid: string, node: string): NodeRun | undefined {
  return useRuns((all) => all[uid]?.nodes[node]);
}

export function useRun(uid: string | undefined): Run {
  return useRuns((all) => (uid === undefined ? EMPTY : (all[uid] ?? EMPTY)));
}
