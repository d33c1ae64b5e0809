// The newest picture of each workflow that was run, by the name it is saved under: what a list of workflows shows.
import { create } from 'zustand';
import { readFile, type OutputFile } from './files.ts';
import { getJson, listAt, member, numberAt, textAt } from './http.ts';

export const useNewest = create<{ pictures: ReadonlyMap<string, OutputFile> }>(() => ({ pictures: new Map() }));

/** An answer of /limn/outputs/newest. */
export function readNewest(answer: unknown): Map<string, OutputFile> {
  return new Map(
    listAt(answer, 'files').flatMap((f): [string, OutputFile][] => {
      const workflow = textAt(f, 'workflow');
      const file = readFile({ filename: textAt(f, 'name'), subfolder: member(f, 'subfolder'), type: 'output' }, String(numberAt(f, 'mtime') ?? 0));
      return workflow && file ? [[workflow, file]] : [];
    }),
  );
}

/** What was known stays where the server is not there, or is another one. */
export async function refreshNewest() {
  try {
    useNewest.setState({ pictures: readNewest(await getJson('limn/outputs/newest')) });
  } catch (e) {
    console.warn(e);
  }
}
