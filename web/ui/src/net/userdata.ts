// The files that the server keeps for a person: workflows, by their path below the user's folder. A tag says which
// writing of a file was read; with it a file is written only over that one.
import { getJson, isRefusal, numberAt, request, textAt, whyOf } from './http.ts';

export interface Stored {
  path: string; // "workflows/portraits/harbour.json"
  size: number;
  modified: number; // ms since 1970
}

export interface Tagged {
  text: string;
  etag?: string;
  at?: number; // when it was written, ms since 1970
}

export const FOLDER = 'workflows';

const routeOf = (path: string) => `userdata/${encodeURIComponent(path)}`;
const tagOf = (headers: Headers) => {
  const etag = headers.get('ETag');
  return etag ? { etag } : {};
};

/** An entry of the list; undefined: no workflow. Times are seconds, in newer servers milliseconds. */
export function readStored(of: unknown): Stored | undefined {
  const path = textAt(of, 'path');
  const at = numberAt(of, 'modified') ?? 0;
  if (!path?.startsWith(`${FOLDER}/`) || !/\.json$/i.test(path) || textAt(of, 'type') === 'directory') return undefined;
  return { path, size: numberAt(of, 'size') ?? 0, modified: at < 1e11 ? at * 1000 : at };
}

/** All workflows, whatever folder they are in. (The list of a folder that nobody has made yet would be an error.) */
export async function listStored(): Promise<Stored[]> {
  const all = await getJson('v2/userdata');
  return (Array.isArray(all) ? all : []).map(readStored).filter((f) => f !== undefined);
}

export async function readStoredText(path: string): Promise<Tagged> {
  const { text, headers } = await request(routeOf(path), {});
  const at = Date.parse(headers.get('Last-Modified') ?? '');
  return { text, ...tagOf(headers), ...(Number.isNaN(at) ? {} : { at }) };
}

/** Over the writing of that tag, over whatever is there, or only where nothing is. 412 or 409 when it is not so. */
export async function writeStored(path: string, text: string, over: { etag: string } | 'any' | 'nothing'): Promise<{ etag?: string }> {
  const { headers } = await request(`${routeOf(path)}?overwrite=${over !== 'nothing'}&full_info=true`, {
    method: 'POST',
    body: text,
    headers: { 'Content-Type': 'application/json', ...(typeof over === 'object' ? { 'If-Match': over.etag } : {}) },
  });
  return tagOf(headers);
}

/** 409 when the name is taken. */
export async function moveStored(from: string, to: string): Promise<void> {
  await request(`${routeOf(from)}/move/${encodeURIComponent(to)}?overwrite=false`, { method: 'POST' });
}

export async function deleteStored(path: string): Promise<void> {
  await request(routeOf(path), { method: 'DELETE' });
}

/** Did somebody else come first? */
export function isTaken(e: unknown): boolean {
  return isRefusal(e) && (e.status === 412 || e.status === 409);
}

/** What a refusal says, or what went wrong on the way. */
export function reasonOf(e: unknown): string {
  return isRefusal(e) && e.said ? e.said.slice(0, 300) : whyOf(e);
}
