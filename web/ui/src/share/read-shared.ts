// What the server tells of the pipelines that it shares.
import { listAt, member, numberAt, textAt, textsAt } from '../net/http.ts';

export interface SharedFile {
  name: string; // from the folder
  title: string;
  folder: string;
  author: string;
  licence: string;
  picture: boolean;
  read: boolean;
  at: number;
  models: readonly { name: string; here: boolean }[];
  unknown: readonly string[];
  error?: string;
}

export interface Shared {
  shared: boolean;
  files: readonly SharedFile[];
  reading: boolean;
  leftOut: number;
  fault?: string;
}

function readFile(of: unknown): SharedFile | undefined {
  const name = textAt(of, 'name');
  if (!name) return undefined;
  const error = textAt(of, 'error');
  return {
    name,
    title: textAt(of, 'title') || name.replace(/^.*\//, '').replace(/\.[^.]*$/, ''),
    folder: name.replace(/\/?[^/]*$/, ''),
    author: textAt(of, 'author') ?? '',
    licence: textAt(of, 'licence') ?? '',
    picture: member(of, 'picture') === true,
    read: member(of, 'read') === true,
    at: numberAt(of, 'mtime') ?? 0,
    models: listAt(of, 'models').map((m) => ({ name: textAt(m, 'name') ?? '', here: member(m, 'here') === true })),
    unknown: textsAt(of, 'unknown'),
    ...(error === undefined ? {} : { error }),
  };
}

/** An answer of /limn/shared. */
export function readShared(answer: unknown): Shared {
  const all = listAt(answer, 'files').map(readFile).filter((f) => f !== undefined);
  return {
    shared: member(answer, 'shared') === true,
    files: [...all.filter((f) => f.error === undefined), ...all.filter((f) => f.error !== undefined)], // what cannot be read comes last
    reading: member(answer, 'reading') === true,
    leftOut: numberAt(answer, 'left_out') ?? 0,
  };
}
