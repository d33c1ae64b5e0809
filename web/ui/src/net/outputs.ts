// The pictures of the output folder, the newest first, page by page; and what lies in its trash.
import { create } from 'zustand';
import { keyOf, type OutputFile } from './files.ts';
import { getJson, listAt, member, numberAt, postJson, textAt } from './http.ts';

export interface Output extends OutputFile {
  bytes: number;
  at: number; // when it was written, milliseconds since 1970
  width?: number;
  height?: number;
  job?: string; // that made it, and its workflow's name, where the server knows
  workflow?: string;
}

interface Outputs {
  files: readonly Output[];
  next?: string; // where the next page begins; undefined: there is none
  gone: ReadonlySet<string>; // what this page put into the trash
  sought: string;
  reading: boolean; // the server looks into older pictures: more may be found in a moment
  state: 'unknown' | 'asking' | 'there' | 'failed';
  why?: string;
}

const PAGE = 60;

export const useOutputs = create<Outputs>(() => ({ files: [], gone: new Set(), sought: '', reading: false, state: 'unknown' }));

/** One row of /limn/outputs. */
export function readOutput(of: unknown): Output | undefined {
  const filename = textAt(of, 'name');
  const at = numberAt(of, 'mtime') ?? 0;
  const width = numberAt(of, 'width');
  const height = numberAt(of, 'height');
  const job = textAt(of, 'job');
  const workflow = textAt(of, 'workflow');
  if (!filename) return undefined;
  return {
    filename, subfolder: textAt(of, 'subfolder') ?? '', type: 'output', version: String(at), at, bytes: numberAt(of, 'size') ?? 0,
    ...(width ? { width } : {}), ...(height ? { height } : {}), ...(job ? { job } : {}), ...(workflow ? { workflow } : {}),
  };
}

export function readOutputs(answer: unknown): Pick<Outputs, 'files' | 'next'> {
  const next = textAt(answer, 'next');
  const files = listAt(answer, 'files').map(readOutput).filter((f) => f !== undefined);
  return { files, ...(next === undefined ? {} : { next }) };
}

function ask(sought: string, cursor?: string): Promise<unknown> {
  const query = new URLSearchParams({ limit: String(PAGE), ...(sought ? { q: sought } : {}), ...(cursor ? { cursor } : {}) });
  return getJson(`limn/outputs?${query}`);
}

let asked = 0;

const AGAIN_MS = 700;
const MOST_AGAIN = 200; // two minutes and more

/** While the server still reads older pictures, what is sought is asked for again. */
function askAgain(mine: number, sought: string, times: number) {
  if (times >= MOST_AGAIN) return useOutputs.setState({ reading: false });
  setTimeout(() => {
    if (mine !== asked) return;
    ask(sought).then((answer) => mine === asked && take(mine, sought, answer, times + 1), console.warn);
  }, AGAIN_MS);
}

function take(mine: number, sought: string, answer: unknown, times: number) {
  const { files, next } = readOutputs(answer);
  const reading = member(answer, 'reading') === true;
  useOutputs.setState(({ next: _gone, ...s }) => ({ ...s, files, sought, reading, state: 'there', ...(next === undefined ? {} : { next }) }), true);
  if (reading) askAgain(mine, sought, times);
}

/** The first page, of what is sought. What is shown stays until it is there. */
export async function seekOutputs(sought: string) {
  const mine = ++asked;
  useOutputs.setState({ sought, state: 'asking' });
  try {
    const answer = await ask(sought);
    if (mine === asked) take(mine, sought, answer, 0);
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
  const answer = await ask(sought);
  const fresh = readOutputs(answer).files;
  if (mine !== asked) return;
  const reading = member(answer, 'reading') === true;
  if (reading !== useOutputs.getState().reading) useOutputs.setState({ reading });
  if (reading) askAgain(mine, sought, 0);
  const stateOf = (f: Output) => `${keyOf(f)} ${f.version ?? ''}`;
  const told = new Map(fresh.map((f) => [stateOf(f), f]));
  const known = files.map((f) => (f.job ? f : (told.get(stateOf(f)) ?? f))); // a job is known a moment after its picture
  const there = new Set(files.map(stateOf));
  const added = fresh.filter((f) => !there.has(stateOf(f)));
  const replaced = new Set(added.map(keyOf));
  if (added.length || known.some((f, i) => f.job !== files[i]?.job)) useOutputs.setState({ files: [...added, ...known.filter((f) => !replaced.has(keyOf(f)))] });
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

/** Of files that could not be moved: the first one's sentence. */
function faultIn(answer: unknown): string | undefined {
  return listAt(answer, 'files').map((f) => textAt(f, 'error')).find((e) => e !== undefined);
}

/** Into the trash: the list has those that went no more. What brings them back; throws where none of them went. */
export async function trashOutputs(files: readonly Output[]): Promise<{ back: () => Promise<void>; n: number; fault?: string | undefined }> {
  const answer = await postJson('limn/outputs/trash', { files: files.map(({ filename, subfolder }) => ({ name: filename, subfolder })) });
  const tokens = listAt(answer, 'files').map((f) => textAt(f, 'token'));
  const gone = new Set(files.filter((_, i) => tokens[i] !== undefined).map(keyOf));
  const fault = faultIn(answer);
  if (!gone.size && fault !== undefined) throw new Error(fault);
  useOutputs.setState((s) => ({ files: s.files.filter((f) => !gone.has(keyOf(f))), gone: new Set([...s.gone, ...gone]) }));
  return { back: () => restoreOutputs(tokens.filter((t) => t !== undefined), gone), n: gone.size, fault };
}

async function restoreOutputs(tokens: readonly string[], these: ReadonlySet<string>) {
  const answer = await postJson('limn/outputs/restore', { tokens });
  useOutputs.setState((s) => ({ gone: new Set([...s.gone].filter((k) => !these.has(k))) }));
  await seekOutputs(useOutputs.getState().sought);
  const fault = faultIn(answer);
  if (fault !== undefined) throw new Error(fault);
}
