// What was saved under a workflow's name before, as the server keeps it.
import { getJson, numberAt, request, textAt } from './http.ts';

export interface Version {
  id: string;
  at: number; // ms since 1970
  size: number; // bytes
}

const query = (path: string) => `?file=${encodeURIComponent(path)}`;

/** An entry of the list; undefined: none that can be read. */
export function readVersion(of: unknown): Version | undefined {
  const id = textAt(of, 'id');
  return id === undefined ? undefined : { id, at: numberAt(of, 'mtime') ?? 0, size: numberAt(of, 'size') ?? 0 };
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
