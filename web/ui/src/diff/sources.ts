// What an open document can be compared with: what is saved, an earlier save, another tab, a file.
import { useDocuments, openedAt, type Opened } from '../app/documents.ts';
import { later } from '../app/fetched.ts';
import { nameOf } from '../app/open.ts';
import { openStored } from '../app/stored-open.ts';
import { complain } from '../app/toasts.ts';
import { useDefs } from '../defs/defs.ts';
import { Document } from '../doc/document.ts';
import type { Words } from '../i18n/languages.ts';
import { roomWords } from '../i18n/room.ts';
import { wordsNow } from '../i18n/words.ts';
import { diff } from '../i18n/words/diff.ts';
import { opening } from '../i18n/words/opening.ts';
import type { Carried } from '../net/carried.ts';
import { readFile } from '../net/reading.ts';
import { readStoredText, reasonOf } from '../net/userdata.ts';
import { readVersionText } from '../net/versions.ts';
import { startDiff, type Other } from './diffing.ts';

const prompts = later(() => import('../doc/prompt.ts'));
const asking = later(() => import('../app/opened.ts'));

const failed = (e: unknown) => complain((w) => roomWords(diff, w).failed(reasonOf(e)));

async function start(at: Opened, other: () => Promise<Other | undefined>) {
  try {
    const found = await other();
    if (found) startDiff(at, found);
  } catch (e) {
    failed(e);
  }
}

const ofText = (text: string, name: Other['name']): Other => ({ text, doc: new Document(text), name });

export function compareWithSaved(at: Opened) {
  const path = at.file?.path;
  if (path !== undefined) void start(at, async () => ofText((await readStoredText(path)).text, (w) => roomWords(diff, w).saved));
}

/** The workflow is opened where it is not. `time`: of that save, in words. */
export async function compareWithVersion(path: string, id: string, time: (words: Words) => string) {
  if (!openedAt(path)) await openStored(path);
  const at = openedAt(path);
  if (at) await start(at, async () => ofText(await readVersionText(path, id), (w) => roomWords(diff, w).version(time(w))));
}

export function compareWithTab(at: Opened, uid: string) {
  const other = useDocuments.getState().opened.find((o) => o.doc.uid === uid);
  if (other) void start(at, async () => ofText(other.doc.toText(), () => `“${other.name}”`));
}

/** A workflow as it is; a prompt is compared as it runs, and drawn as the nodes that can be made of it. */
async function ofCarried(carried: Carried, file: File): Promise<Other | undefined> {
  const name = () => `“${nameOf(file.name)}”`;
  if (carried.is === 'workflow') return ofText(carried.text, name);
  if (carried.is === 'prompt') {
    const { documentOfText } = await prompts();
    const made = documentOfText(carried.text, useDefs.getState().defs);
    return made && { text: carried.text, doc: made.doc, name };
  }
  const { carriedThere } = await asking();
  const made = await carriedThere(carried.is === 'bundle' ? file : carried.text, nameOf(file.name));
  return made && ofCarried(made, file);
}

export function compareWithFile(at: Opened, file: File) {
  void start(at, async () => {
    const found = await readFile(file);
    if ('fault' in found) throw new Error(roomWords(opening, wordsNow()).faults[found.fault](nameOf(file.name), found.detail ?? ''));
    return ofCarried(found.carried, file);
  });
}
