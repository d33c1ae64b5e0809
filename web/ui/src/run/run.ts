// What runs of a document: by its uid, beside the file and never in it. Who shows a node hears of that node only.
import { create } from 'zustand';
import type { OutputFile } from '../net/files.ts';

export type { OutputFile } from '../net/files.ts';

/** `idle`: it has no part in the last run, and may still show what it gave before. */
export type NodeState = 'idle' | 'waiting' | 'running' | 'done' | 'cached' | 'error' | 'interrupted';

export interface NodeRun {
  state: NodeState;
  value: number; // of max: steps
  max: number;
  rate?: number; // steps a second
  preview?: string; // a blob URL, owned by run/previews.ts
  files: readonly OutputFile[];
  text?: string; // what the node says of itself
}

export interface Problem {
  source: 'check' | 'run'; // of the workflow as it stands, or of what ran last
  severity: 'error' | 'warning';
  node?: string; // as the prompt names it: "12:3"
  input?: string;
  type?: string; // "value_not_in_list": what words.run.fault has a sentence for
  message: string; // the server's, in English
  detail?: string;
  got?: string; // what stands there
  wanted?: string; // and what should: a bound, a type
  near?: readonly string[]; // names that are much like it
  lines?: readonly string[]; // a traceback
}

/** What the last check of a workflow found, beside its problems. */
export interface Checked {
  outputs: readonly string[]; // nodes that can run
  missingModels: readonly { node: string; input: string; name: string; folder: string; near: readonly string[] }[];
  unknownTypes: readonly { type: string; nodes: readonly string[]; pack?: string; near: readonly string[] }[];
}

export interface Run {
  jobs: readonly string[]; // prompt ids that were sent for this document and are not over, the oldest first
  current?: string; // the one that runs
  nodes: Readonly<Record<string, NodeRun>>; // by the prompt's id; what "12:3" does also shows on 12
  share: number; // of the current job, 0 to 1
  problems: readonly Problem[]; // of the check, then of the last run
  faults: Readonly<Record<string, readonly Problem[]>>; // the same by node; those of "12:3" also on 12
  checked?: Checked; // undefined: not checked yet
}

export const EMPTY: Run = { jobs: [], nodes: {}, share: 0, problems: [], faults: {} };
const NONE: readonly Problem[] = [];

export const useRuns = create<Readonly<Record<string, Run>>>(() => ({}));

export function runOf(uid: string): Run {
  return useRuns.getState()[uid] ?? EMPTY;
}

export function changeRun(uid: string, change: (run: Run) => Run) {
  useRuns.setState((all) => ({ ...all, [uid]: change(all[uid] ?? EMPTY) }));
}

/** The document was closed. */
export function forgetRun(uid: string) {
  useRuns.setState(({ [uid]: _gone, ...others }) => others, true);
}

/** What a node of a document does; undefined: nothing yet. */
export function useNodeRun(uid: string, node: string): NodeRun | undefined {
  return useRuns((all) => all[uid]?.nodes[node]);
}

/** What is wrong with a node, and with its inputs. */
export function useFaults(uid: string, node: string): readonly Problem[] {
  return useRuns((all) => all[uid]?.faults[node] ?? NONE);
}

/** What it failed at, in the last run. */
export function useFailure(uid: string, node: string): Problem | undefined {
  return useRuns((all) => all[uid]?.faults[node]?.findLast((p) => p.source === 'run'));
}

/** What is wrong with one input of a node. */
export function useFault(uid: string, node: string, input: string): Problem | undefined {
  return useRuns((all) => all[uid]?.faults[node]?.find((p) => p.input === input));
}

/** Of a document; who shows them does not hear of steps. */
export function useProblems(uid: string | undefined): readonly Problem[] {
  return useRuns((all) => (uid === undefined ? NONE : (all[uid]?.problems ?? NONE)));
}

export function useRun(uid: string | undefined): Run {
  return useRuns((all) => (uid === undefined ? EMPTY : (all[uid] ?? EMPTY)));
}

/** "12:3:1" -> "12", "12:3" */
export function instancesOf(node: string): string[] {
  const parts = node.split(':');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join(':'));
}

function byNode(problems: readonly Problem[], before: Run['faults']): Run['faults'] {
  const found: Record<string, Problem[]> = {};
  for (const p of problems)
    if (p.node !== undefined) for (const node of [...instancesOf(p.node), p.node]) (found[node] ??= []).push(p);
  return Object.fromEntries(
    Object.entries(found).map(([node, all]) => {
      const old = before[node];
      return [node, old && old.length === all.length && old.every((p, i) => p === all[i]) ? old : all];
    }),
  );
}

/** Takes the place of all problems of one source. */
export function setProblems(uid: string, source: Problem['source'], problems: readonly Problem[]) {
  changeRun(uid, (run) => {
    const others = run.problems.filter((p) => p.source !== source);
    if (!problems.length && others.length === run.problems.length) return run;
    const all = source === 'check' ? [...problems, ...others] : [...others, ...problems];
    return { ...run, problems: all, faults: byNode(all, run.faults) };
  });
}

/** The worst of what the check of the workflow has against a node. */
export function worstOf(faults: readonly Problem[] = NONE): Problem['severity'] | undefined {
  const checked = faults.filter((f) => f.source === 'check');
  return (checked.find((f) => f.severity === 'error') ?? checked[0])?.severity;
}
