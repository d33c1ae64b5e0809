// Files become tabs: what they carry is found, and what carries nothing is said. What is open already is never touched by it.
import type { Point } from '../canvas/curve.ts';
import { useDefs } from '../defs/defs.ts';
import { roomWords } from '../i18n/room.ts';
import { wordsNow } from '../i18n/words.ts';
import { opening } from '../i18n/words/opening.ts';
import type { Carried, Found } from '../net/carried.ts';
import { mediaOf } from '../net/files.ts';
import { at } from '../net/http.ts';
import { readFile } from '../net/reading.ts';
import { activate, activeDocument, openDocument, openText, useDocuments, type Opened } from './documents.ts';
import { later } from './fetched.ts';
import { nameOf } from './open.ts';
import { complain } from './toasts.ts';

const prompts = later(() => import('../doc/prompt.ts'));
const asking = later(() => import('./opened.ts'));
const placing = later(() => import('./placing.ts'));

type Origin = Pick<Opened, 'file' | 'origin'>;

const now = () => roomWords(opening, wordsNow());
const isMedia = (filename: string) => mediaOf({ filename, subfolder: '', type: 'input' }) !== 'other';
const reason = (e: unknown) => (e instanceof Error ? e.message : String(e));

/** Nodes are built from their classes, so these are waited for. */
async function knownDefs() {
  if (useDefs.getState().state === 'loading')
    await new Promise<void>((resolve) => {
      const end = useDefs.subscribe((s) => s.state !== 'loading' && (end(), resolve()));
    });
  return useDefs.getState().defs;
}

async function openPrompt(text: string, name: string, from: Origin): Promise<Opened | undefined> {
  const { documentOfText } = await prompts();
  const made = documentOfText(text, await knownDefs());
  if (!made) return undefined;
  if (made.absent.length) {
    const links = made.absent.map((a) => `${a.node}.${a.input} → ${a.to}`).join(', ');
    complain((w) => roomWords(opening, w).absent(name, links));
  }
  return openDocument(made.doc, name, from);
}

/** A tab with what was found in a file; what only the server can read is sent there. */
async function openCarried(carried: Carried, name: string, from: Origin, file?: File): Promise<Opened | undefined> {
  if (carried.is === 'workflow') return openText(carried.text, name, from);
  if (carried.is === 'prompt') return openPrompt(carried.text, name, from);
  const { carriedThere } = await asking();
  const made = await carriedThere(carried.is === 'bundle' && file ? file : carried.text, name);
  return made && openCarried(made, name, from);
}

/** A tab with the file's workflow, or a sentence about why there is none. */
export async function openFound(found: Found, name: string, from: Origin = {}, file?: File): Promise<Opened | undefined> {
  if ('fault' in found) {
    complain((w) => roomWords(opening, w).faults[found.fault](name, found.detail ?? ''));
    return undefined;
  }
  try {
    return await openCarried(found.carried, name, from, file);
  } catch (e) {
    complain((w) => roomWords(opening, w).faults.damaged(name, reason(e)));
    return undefined;
  }
}

/** Undefined when it is a tab now, or was refused; a picture, a sound or a film that carries nothing is given back. */
async function openFile(file: File): Promise<File | undefined> {
  const origin = `${file.name}:${file.size}:${file.lastModified}`;
  const there = useDocuments.getState().opened.find((o) => o.origin === origin && o.doc.dirtySince === undefined);
  if (there) {
    activate(there.doc.uid);
    return undefined;
  }
  const found = await readFile(file);
  if ('fault' in found && found.fault === 'nothing' && (/^(image|audio|video)\//.test(file.type) || isMedia(file.name)) && activeDocument()) return file;
  await openFound(found, nameOf(file.name), { origin }, file);
  return undefined;
}

/** One after the other, each a tab of its own; what carries nothing goes into the open graph, as a node that loads it. */
export async function openFiles(files: readonly File[], at?: Point) {
  const bare: File[] = [];
  for (const file of files) {
    const left = await openFile(file);
    if (left) bare.push(left);
  }
  if (bare.length) await (await placing()).placeMedia(bare, at);
}

/** A picture of this server, such as one that is dragged out of the gallery. */
async function openAddress(text: string) {
  const url = new URL(text.split(/\r?\n/).find((l) => l && !l.startsWith('#')) ?? '', document.baseURI);
  const name = url.searchParams.get('filename') ?? url.pathname;
  try {
    if (url.origin !== at('').origin) throw new Error(now().elsewhere);
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    await openFiles([new File([await answer.blob()], name)]);
  } catch (e) {
    complain((w) => roomWords(opening, w).unreachable(nameOf(name), reason(e)));
  }
}

/** Into the node under the pointer that has a field for them, or opened. */
export async function openDropped(files: readonly File[], address: string, at: Point) {
  const { filesIntoNode, addressIntoNode } = await placing();
  if (files.length) await openFiles(await filesIntoNode(files, at), at);
  else if (address && !(await addressIntoNode(address, at))) await openAddress(address);
}

/** Into the chosen node that has a field for them, or opened. */
export async function pasteFiles(files: readonly File[]) {
  const { filesIntoChosen, pastePlace } = await placing();
  const at = pastePlace();
  await openFiles(await filesIntoChosen(files), at);
}

/** JSON is opened; other text can be a node. */
export async function pasteText(text: string) {
  if (text.startsWith('{')) await openFound(await readFile(new File([text], 'pasted.json')), now().pasted);
  else if (activeDocument()) (await placing()).offerText(text);
}
