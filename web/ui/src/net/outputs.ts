// The pictures of the output folder, the newest first, page by page; and what lies in its trash.
import { create } from 'zustand';
import { keyOf, readFile, type OutputFile } from './files.ts';
import { getJson, listAt, member, numberAt, postJson, textAt } from './http.ts';

export interface Output extends OutputFile {
  bytes: number;
  at: number; // when it was written, milliseconds since 1970
  width?: number;
  height?: number;
}

interface Outputs {
  files: readonly Output[];
  next?: string; // where the next page begins; undefined: there is none
  sought: string;
  state: 'unknown' | 'asking' | 'there' | 'failed';
  why?: string;
}

const PAGE = 60;

export const useOutputs = create<Outputs>(() => ({ files: [], sought: '', state: 'unknown' }));

/** One row of /limn/outputs. */
export function readOutput(of: unknown): Output | undefined {
  const at = numberAt(of, 'modified') ?? 0;
  const file = readFile(of, String(at));
  const width = numberAt(of, 'width');
  const height = numberAt(of, 'height');
  if (!file) return undefined;
  return { ...file, bytes: numberAt(of, 'size') ?? 0, at, ...(width ? { width } : {}), ...(height ? { height } : {}) };
}

export function readOutputs(answer: unknown): Pick<Outputs, 'files' | 'next'> {
  const next = textAt(answer, 'cursor') ?? numberAt(answer, 'cursor');
  const files = listAt(answer, 'files').map(readOutput).filter((f) => f !== undefined);
  return { files, ...(next === undefined ? {} : { next: String(next) }) };
}

function ask(sought: string, cursor?: string): Promise<unknown> {
  const query = new URLSearchParams({ limit: String(PAGE), ...(sought ? { q: sought } : {}), ...(cursor ? { cursor } : {}) });
  return getJson(`limn/outputs?${query}`);
}

let asked = 0;

/** The first page, of what is sought. What is shown stays until it is there. */
export async function seekOutputs(sought: string) {
  const mine = ++asked;
  useOutputs.setState({ sought, state: 'asking' });
  try {
    const { files, next } = readOutputs(await ask(sought));
    if (mine === asked) useOutputs.setState({ files, sought, state: 'there', ...(next === undefined ? {} : { next }) }, false);
    if (mine === asked && next === undefined) useOutputs.setState(({ next: _gone, ...s }) => s, true);
  } catch (e) {
    if (mine === asked) useOutputs.setState({ state: 'failed', why: e instanceof Error ? e.message : String(e) });
  }
}

/** What came meanwhile stands in front; pages that are shown already stay. */
export async function refreshOutputs() {
  const { sought, files, state } = useOutputs.getState();
  if (state === 'asking') return;
  if (!files.length) return seekOutputs(sought);
  const mine = ++asked;
  const fresh = readOutputs(await ask(sought)).files;
  if (mine !== asked) return;
  const known = new Set(files.map((f) => `${keyOf(f)} ${f.version ?? ''}`));
  const added = fresh.filter((f) => !known.has(`${keyOf(f)} ${f.version ?? ''}`));
  const replaced = new Set(added.map(keyOf));
  if (added.length) useOutputs.setState({ files: [...added, ...files.filter((f) => !replaced.has(keyOf(f)))] });
}

let older: Promise<void> | undefined;

/** The next page; asked for once at a time. */
export function olderOutputs(): Promise<void> {
  const { next, sought, state } = useOutputs.getState();
  if (next === undefined || state !== 'there') return Promise.resolve();
  const mine = asked;
  const get = async () => {
    const { files, next: further } = readOutputs(await ask(sought, next));
    if (mine !== asked) return;
    useOutputs.setState((s) => {
      const known = new Set(s.files.map(keyOf));
      const { next: _used, ...rest } = s;
      return { ...rest, files: [...s.files, ...files.filter((f) => !known.has(keyOf(f)))], ...(further === undefined ? {} : { next: further }) };
    }, true);
  };
  return (older ??= get().finally(() => (older = undefined)));
}

// ------------------------------------------------------------------ the trash

const named = (files: readonly OutputFile[]) => files.map(({ filename, subfolder }) => ({ filename, subfolder }));

/** Into the trash; the list has them no more. What brings them back. */
export async function trashOutputs(files: readonly Output[]): Promise<() => Promise<void>> {
  const answer = await postJson('limn/outputs/trash', { files: named(files) });
  const gone = new Set(files.map(keyOf));
  const before = useOutputs.getState().files;
  useOutputs.setState({ files: before.filter((f) => !gone.has(keyOf(f))) });
  return async () => {
    await postJson('limn/outputs/restore', { id: member(answer, 'id') ?? null, files: named(files) });
    await seekOutputs(useOutputs.getState().sought);
  };
}
