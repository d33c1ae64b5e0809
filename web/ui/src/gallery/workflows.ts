// The workflows that pictures carry, read once and kept while they may be wanted again.
import { Document } from '../doc/document.ts';
import { viewOf, type OutputFile } from '../net/files.ts';
import { readFile } from '../net/reading.ts';

const MOST = 16;
const known = new Map<string, Promise<Document | undefined>>();

async function fetchFile(file: OutputFile): Promise<File> {
  const answer = await fetch(viewOf(file));
  if (!answer.ok) throw new Error(`${file.filename}: ${answer.status} ${answer.statusText}`);
  return new File([await answer.blob()], file.filename);
}

async function read(file: OutputFile): Promise<Document | undefined> {
  const found = await readFile(await fetchFile(file));
  return 'carried' in found && found.carried.is === 'workflow' ? new Document(found.carried.text) : undefined;
}

/** Undefined: it carries none. Throws where the file cannot be had. */
export function workflowOf(file: OutputFile): Promise<Document | undefined> {
  const url = viewOf(file);
  let found = known.get(url);
  if (!found) {
    found = read(file);
    found.catch(() => known.delete(url));
    known.set(url, found);
    for (const old of [...known.keys()].slice(0, Math.max(0, known.size - MOST))) known.delete(old);
  }
  return found;
}
