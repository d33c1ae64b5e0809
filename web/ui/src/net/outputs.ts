// The pictures of the output folder, in one of the server's orders, page by page; and what lies in its trash.
import { create } from 'zustand';
import { keyOf, type OutputFile } from './files.ts';
import { getJson, listAt, member, numberAt, postJson, textAt, whyOf } from './http.ts';

export interface Output extends OutputFile {
  bytes: number;
  at: number; // when it was written, milliseconds since 1970
  width?: number;
  height?: number;
  job?: string; // that made it, and its workflow's name, where the server knows
  workflow?: string;
}

export const ORDERS = ['newest', 'oldest', 'name', 'largest'] as const;
export type Order = (typeof ORDERS)[number];

/** Which pictures, and how they stand. */
export interface Wanted {
  sought: string;
  folder: string; // "" is all; with those in it
  order: Order;
  starred: boolean; // only those with a star
}

interface Outputs extends Wanted {
  files: readonly Output[];
  next?: string; // where the next page begins; undefined: there is none
  reading: boolean; // the server looks into older pictures: more may be found in a moment
  state: 'unknown' | 'asking' | 'there' | 'failed';
  why?: string;
}

const PAGE = 60;
const MOST = 500; // that the server tells at once

export const useOutputs = create<Outputs>(() => ({ files: [], sought: '', folder: '', order: 'newest', starred: false, reading: false, state: 'unknown' }));

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

/** One page of them. */
export function askOutputs({ sought, folder, order, starred }: Wanted, cursor?: string, limit = PAGE): Promise<unknown> {
  const query = new URLSearchParams({
    limit: String(limit), order, ...(sought ? { q: sought } : {}), ...(folder ? { dir: folder } : {}), ...(starred ? { starred: 'true' } : {}), ...(cursor ? { cursor } : {}),
  });
  return getJson(`limn/outputs?${query}`);
}

export interface Folder {
  name: string;
  count: number; // of pictures, with those in folders of it
}

/** All folders that hold pictures; the first is the output folder itself. */
export async function askFolders(): Promise<Folder[]> {
  const told = await getJson('limn/outputs/folders');
  const rows = listAt(told, 'folders').map((f) => ({ name: textAt(f, 'name') ?? '', count: numberAt(f, 'files') ?? 0 }));
  return [{ name: '', count: numberAt(told, 'files') ?? 0 }, ...rows.filter((f) => f.name)];
}

let asked = 0;

const AGAIN_MS = 700;
const MOST_AGAIN = 200; // two minutes and more

/** While the server still reads older pictures, what is sought is asked for again. */
function askAgain(mine: number, times: number) {
  if (times >= MOST_AGAIN) return useOutputs.setState({ reading: false });
  setTimeout(() => {
    if (mine !== asked) return;
    askOutputs(useOutputs.getState()).then((answer) => mine === asked && take(mine, answer, times + 1), console.warn);
  }, AGAIN_MS);
}

function take(mine: number, answer: unknown, times: number) {
  const { files, next } = readOutputs(answer);
  const reading = member(answer, 'reading') === true;
  useOutputs.setState(({ next: _gone, ...s }) => ({ ...s, files, reading, state: 'there', ...(next === undefined ? {} : { next }) }), true);
  if (reading) askAgain(mine, times);
}

/** The first page, of what is wanted now. What is shown stays until it is there. */
export async function seekOutputs(wanted: Partial<Wanted> = {}, limit?: number) {
  const mine = ++asked;
  useOutputs.setState({ ...wanted, state: 'asking' });
  try {
    const answer = await askOutputs(useOutputs.getState(), undefined, limit);
    if (mine === asked) take(mine, answer, 0);
  } catch (e) {
    if (mine === asked) useOutputs.setState({ state: 'failed', why: whyOf(e) });
  }
}

/** What came meanwhile: of the newest it stands in front, and pages that are shown already stay; in other orders it may be anywhere. */
export async function refreshOutputs() {
  const { order, files, state } = useOutputs.getState();
  if (state === 'asking') return;
  if (!files.length) return seekOutputs();
  if (order !== 'newest') return files.length < MOST ? seekOutputs({}, Math.min(MOST, files.length + PAGE)) : undefined;
  const mine = ++asked;
  const answer = await askOutputs(useOutputs.getState());
  const fresh = readOutputs(answer).files;
  if (mine !== asked) return;
  const reading = member(answer, 'reading') === true;
  if (reading !== useOutputs.getState().reading) useOutputs.setState({ reading });
  if (reading) askAgain(mine, 0);
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
  const { next, state } = useOutputs.getState();
  if (next === undefined || state !== 'there') return Promise.resolve();
  const mine = asked;
  const get = async () => {
    const { files, next: further } = readOutputs(await askOutputs(useOutputs.getState(), next));
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
export async function trashOutputs(files: readonly OutputFile[]): Promise<{ back: () => Promise<void>; n: number; fault?: string | undefined }> {
  const answer = await postJson('limn/outputs/trash', { files: files.map(({ filename, subfolder }) => ({ name: filename, subfolder })) });
  const tokens = listAt(answer, 'files').map((f) => textAt(f, 'token'));
  const gone = new Set(files.filter((_, i) => tokens[i] !== undefined).map(keyOf));
  const fault = faultIn(answer);
  if (!gone.size && fault !== undefined) throw new Error(fault);
  useOutputs.setState((s) => ({ files: s.files.filter((f) => !gone.has(keyOf(f))) }));
  return { back: () => restoreOutputs(tokens.filter((t) => t !== undefined)), n: gone.size, fault };
}

async function restoreOutputs(tokens: readonly string[]) {
  const answer = await postJson('limn/outputs/restore', { tokens });
  await seekOutputs();
  const fault = faultIn(answer);
  if (fault !== undefined) throw new Error(fault);
}
