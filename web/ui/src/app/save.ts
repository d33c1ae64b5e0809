// Saving: to where a document came from, and only over what was read from there; or under a new name.
import type { Document, Saving } from '../doc/document.ts';
import { isObject } from '../doc/json.ts';
import { isRefusal } from '../net/http.ts';
import { FOLDER, isTaken, readStoredText, reasonOf, writeStored } from '../net/userdata.ts';
import { askConflict, askName } from '../dialogs/show.ts';
import { confirm } from './confirm.ts';
import { activeDocument, show, useDocuments, type Opened } from './documents.ts';
import { nameOf } from './open.ts';
import { refreshStored, usedNow, useStored } from './stored.ts';
import { complain, say } from './toasts.ts';
import { pictureVersion } from './version-picture.ts';
import { dialogWords } from '../i18n/dialogs.ts';
import { wordsNow } from '../i18n/words.ts';

/** Sent, and nobody said whether it came: what stands there may be what this page wrote. */
const unanswered = new Map<string, { path: string; saving: Saving }>();
/** What this page saved last of each. */
const latest = new WeakMap<Document, Saving['moment']>();

/** What stands there now is what the document had. */
function savedAt(at: Opened, path: string, saving: Saving, etag: string | undefined) {
  at.doc.saved(saving);
  unanswered.delete(at.doc.uid);
  latest.set(at.doc, saving.moment);
  show(at.doc.uid, { name: nameOf(path), file: { path, at: Date.now(), ...(etag === undefined ? {} : { etag }) } });
  usedNow(path);
  void refreshStored();
  pictureVersion(path, at.doc.uid).catch(console.warn);
}

const now = (at: Opened) => useDocuments.getState().opened.find((o) => o.doc === at.doc) ?? at;

async function write(at: Opened, path: string, over: Parameters<typeof writeStored>[2]): Promise<boolean> {
  const camera = now(at).cameras['']; // the workflow's own, whichever subgraph is on the screen
  const view = camera && { scale: camera.zoom, offset: [camera.x / camera.zoom, camera.y / camera.zoom] as const };
  const saving = at.doc.toSave(view);
  try {
    const { etag } = await writeStored(path, saving.text, over);
    savedAt(at, path, saving, etag);
    return true;
  } catch (e) {
    if (isTaken(e)) throw e;
    if (!isRefusal(e)) unanswered.set(at.doc.uid, { path, saving });
    complain((w) => dialogWords(w).save.failed(nameOf(path), reasonOf(e)), { label: (w) => dialogWords(w).save.again, run: () => void save(now(at)) });
    return false;
  }
}

async function isOurs(at: Opened, path: string): Promise<boolean> {
  const sent = unanswered.get(at.doc.uid);
  if (sent?.path !== path) return false;
  const there = await readStoredText(path).catch(() => undefined);
  if (there?.text !== sent.saving.text) return false;
  savedAt(at, path, sent.saving, there.etag);
  return true;
}

/** Somebody else has written the file: the person says what becomes of both. */
async function conflict(at: Opened, path: string): Promise<boolean> {
  if (await isOurs(at, path)) return saveNow(now(at));
  const answer = await askConflict(at, path);
  if (answer === 'over') return write(at, path, 'any');
  if (answer === 'copy') return nameAndSave(at);
  return false;
}

async function saveNow(at: Opened): Promise<boolean> {
  if (!at.file) return nameAndSave(at);
  try {
    return await write(at, at.file.path, at.file.etag === undefined ? 'any' : { etag: at.file.etag });
  } catch {
    return conflict(at, at.file.path);
  }
}

const under = new Map<string, Promise<boolean>>();

/** One after the other, each over what the one before wrote; where one fails, those that waited for it do, too. */
async function inTurn(uid: string, act: () => Promise<boolean>): Promise<boolean> {
  for (let before = under.get(uid); before; before = under.get(uid)) if (!(await before)) return false;
  const mine = act().finally(() => under.delete(uid));
  under.set(uid, mine);
  return mine;
}

/** True when it is saved. */
export async function save(at: Opened | undefined = activeDocument()): Promise<boolean> {
  if (!at) return false;
  const waits = under.has(at.doc.uid);
  return inTurn(at.doc.uid, async () => (waits && latest.get(at.doc) === at.doc.now) || saveNow(now(at)));
}

/** Sixteen random bytes, as files write an id. */
function newId(): string {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6]! & 0x0f) | 0x40;
  b[8] = (b[8]! & 0x3f) | 0x80;
  const hex = Array.from(b, (n) => n.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A copy is a workflow of its own. */
function renewId(at: Opened) {
  const { raw } = at.doc;
  if (at.file && isObject(raw) && typeof raw['id'] === 'string') at.doc.transact('save as', (e) => e.set(raw, 'id', newId()));
}

/** "portraits/harbour" as a path; what no file name can have becomes "-". */
export function pathOf(name: string): string {
  const parts = name.split('/').map((p) => p.replace(/[\\:*?"<>|\p{Cc}]/gu, '-').replace(/^[\s.]+|[\s.]+$/g, ''));
  return `${FOLDER}/${parts.filter(Boolean).join('/')}.json`;
}

/** A name for it that no saved workflow has. */
function freePath(name: string): string {
  const taken = new Set(useStored.getState().files?.map((f) => f.path));
  for (let n = 1; ; n++) {
    const tried = n === 1 ? name : `${name} ${n}`;
    if (!taken.has(pathOf(tried))) return tried;
  }
}

async function nameAndSave(at: Opened): Promise<boolean> {
  await refreshStored();
  const folder = at.file?.path.slice(FOLDER.length + 1).replace(/[^/]*$/, '') ?? '';
  const name = await askName(freePath(folder + at.name));
  if (name === undefined) return false;
  const path = pathOf(name);
  renewId(at);
  try {
    return await write(at, path, 'nothing');
  } catch {
    if (await isOurs(at, path)) return true;
    const words = dialogWords(wordsNow());
    const answer = await confirm(words.save.taken(nameOf(path)), words.save.takenText, [
      { value: 'other', label: words.save.other },
      { value: 'over', label: words.save.over, main: true, risky: true },
    ]);
    if (answer === 'other') return nameAndSave(at);
    return answer === 'over' ? write(at, path, 'any') : false;
  }
}

export async function saveAs(at: Opened | undefined = activeDocument()): Promise<boolean> {
  return at !== undefined && inTurn(at.doc.uid, () => nameAndSave(now(at)));
}

export async function saveAndSay(at: Opened | undefined) {
  if (!at || !(await save(at))) return;
  const { name } = now(at);
  say((w) => dialogWords(w).save.done(name));
}
