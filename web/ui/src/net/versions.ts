// What was saved under a workflow's name before, as the server keeps it.
import type { OutputFile } from './files.ts';
import { at, getJson, numberAt, postText, request, textAt } from './http.ts';

export interface Version {
  id: string;
  at: number; // ms since 1970
  size: number; // bytes
  picture?: number; // when its small picture was made, ms since 1970; undefined: it has none
}

const query = (path: string) => `?file=${encodeURIComponent(path)}`;

/** An entry of the list; undefined: none that can be read. */
export function readVersion(of: unknown): Version | undefined {
  const id = textAt(of, 'id');
  const picture = numberAt(of, 'picture');
  return id === undefined ? undefined : { id, at: numberAt(of, 'mtime') ?? 0, size: numberAt(of, 'size') ?? 0, ...(picture === undefined ? {} : { picture }) };
}

/** The newest first: it is what the file has now, unless another program wrote that. */
export async function listVersions(path: string): Promise<Version[]> {
  const all = await getJson(`limn/versions${query(path)}`);
  return (Array.isArray(all) ? all : []).map(readVersion).filter((v) => v !== undefined);
}

/** Throws a Refusal of 404 where it is gone or damaged. */
export async function readVersionText(path: string, id: string): Promise<string> {
  return (await request(`limn/versions/${encodeURIComponent(id)}${query(path)}`, {})).text;
}

/** Where its small picture is seen. */
export function pictureOf(path: string, { id, picture }: Version): string {
  return at(`limn/versions/${encodeURIComponent(id)}/picture${query(path)}&t=${picture ?? 0}`).href;
}

/** This file's picture, made small, stands for the newest save from now on. */
export async function keepPicture(path: string, { filename, subfolder, type }: OutputFile) {
  await postText(`limn/versions${query(path)}`, JSON.stringify({ filename, subfolder, type }));
}
