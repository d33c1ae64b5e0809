// The models that the server has: kinds, and the files of a kind with what their headers and notes say; asked for by who looks.
import { create } from 'zustand';
import { once } from '../app/once.ts';
import { EMBEDDINGS } from './folders.ts';
import { getJson, listAt, numberAt, textAt, textsAt, whyOf } from '../net/http.ts';

export interface Model {
  kind: string; // "checkpoints"
  name: string; // from the kind's folder: "sd15/base.safetensors"
  root: number; // which of the kind's folders
  bytes: number;
  at: number; // when it was written, milliseconds since 1970
  family?: string; // by its tensors: "SDXL"
  title?: string;
  base?: string; // the model that it was made from
  triggers: readonly string[];
  tags: readonly string[]; // what it was trained with, the most frequent first
  sha256?: string;
  preview?: string; // where its picture is
  pictures?: number; // that the server knows to be made with it; undefined: nobody counts them
}

export interface Kind {
  name: string;
  count: number;
}

export interface Listed {
  models: readonly Model[];
  folders: readonly string[]; // where they lie, as the server's machine has them
  unread: number; // files that nobody has looked into yet
  state: 'asking' | 'there' | 'failed';
  at?: number; // when it was last told
  why?: string;
}

interface Models {
  kinds: readonly Kind[];
  lists: Readonly<Record<string, Listed>>;
}

export const useModels = create<Models>(() => ({ kinds: [], lists: {} }));

const NONE: Listed = { models: [], folders: [], unread: 0, state: 'asking' };

/** One row of the answer. */
export function readModel(kind: string, of: unknown): Model | undefined {
  const name = textAt(of, 'name');
  if (!name) return undefined;
  const model: Model = {
    kind, name, root: numberAt(of, 'pathIndex') ?? 0, bytes: numberAt(of, 'size') ?? 0, at: numberAt(of, 'mtime') ?? 0,
    triggers: textsAt(of, 'triggers'), tags: textsAt(of, 'tags'),
  };
  for (const key of ['family', 'title', 'base', 'sha256', 'preview'] as const) {
    const said = textAt(of, key);
    if (said) model[key] = said;
  }
  return model;
}

export function readModels(kind: string, answer: unknown): Pick<Listed, 'models' | 'folders' | 'unread'> {
  return {
    models: listAt(answer, 'files').map((f) => readModel(kind, f)).filter((m) => m !== undefined),
    folders: textsAt(answer, 'folders'),
    unread: numberAt(answer, 'unread') ?? 0,
  };
}

export const idOf = (m: Model) => `${m.root}/${m.name}`;
export const listOf = (kind: string): Listed => useModels.getState().lists[kind] ?? NONE;

function put(kind: string, what: Partial<Listed>) {
  useModels.setState(({ lists }) => ({ lists: { ...lists, [kind]: { ...NONE, ...lists[kind], ...what } } }));
}

/** Pictures by the model's name. Embeddings stand within texts, and are not counted. */
export function readCounts(answer: unknown): ReadonlyMap<string, number> {
  return new Map(listAt(answer, 'files').map((f) => [textAt(f, 'name') ?? '', numberAt(f, 'pictures') ?? 0]));
}

const counts = new Map<string, ReadonlyMap<string, number>>(); // of each kind

function counted(kind: string, models: readonly Model[]): readonly Model[] {
  const of = counts.get(kind);
  return of ? models.map((m) => ({ ...m, pictures: of.get(m.name) ?? 0 })) : models;
}

async function count(kind: string) {
  counts.set(kind, readCounts(await getJson(`limn/models/used?${new URLSearchParams({ folder: kind })}`)));
  put(kind, { models: counted(kind, listOf(kind).models) });
}

async function ask(kind: string) {
  put(kind, { state: 'asking' });
  try {
    for (let left = Infinity; left > 0; ) {
      const told = readModels(kind, await getJson(`limn/models?${new URLSearchParams({ folder: kind })}`));
      put(kind, { ...told, models: counted(kind, told.models), state: 'there', at: Date.now() });
      if (told.unread >= left) break; // nobody reads them
      left = told.unread;
    }
    if (kind !== EMBEDDINGS) count(kind).catch(console.warn);
  } catch (e) {
    put(kind, { state: 'failed', why: whyOf(e) });
  }
}

/** Who asks meanwhile waits for the same answer; what is shown stays until it is there. */
export const refreshModels = once((kind: string) => kind, ask);

/** Which kinds there are; throws what the request throws. */
export async function refreshKinds() {
  const kinds = listAt(await getJson('limn/models'), 'kinds').flatMap((k) => {
    const name = textAt(k, 'name');
    return name ? [{ name, count: numberAt(k, 'files') ?? 0 }] : [];
  });
  useModels.setState({ kinds });
}
