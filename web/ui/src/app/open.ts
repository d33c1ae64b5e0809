// Files become tabs: picked, dropped on the window, or pasted. What is open already is never touched by it.
import type { Carried, Found } from '../net/carried.ts';
import { useDefs } from '../defs/defs.ts';
import { at } from '../net/http.ts';
import { readFile } from '../net/reading.ts';
import { wordsNow } from './confirm.ts';
import { later } from './fetched.ts';
import { activate, activeDocument, openDocument, openText, useDocuments, type Opened } from './documents.ts';
import { complain, say } from './toasts.ts';

const prompts = later(() => import('../doc/prompt.ts'));
const opening = later(() => import('./opened.ts'));
const ENDINGS = '.json,.limn,.png,.webp,.jpg,.jpeg,.svg,.latent,.safetensors,.txt';

export const nameOf = (file: string) => file.replace(/^.*[/\\]/, '').replace(/\.[^.]*$/, '') || file;

type Origin = Pick<Opened, 'file' | 'origin'>;

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
  if (made.absent.length) complain((w) => w.app.open.absent(name, made.absent.map((a) => `${a.node}.${a.input} → ${a.to}`).join(', ')));
  return openDocument(made.doc, name, from);
}

/** A tab with what was found in a file; what only the server can read is sent there. */
async function openCarried(carried: Carried, name: string, from: Origin, file?: File): Promise<Opened | undefined> {
  if (carried.is === 'workflow') return openText(carried.text, name, from);
  if (carried.is === 'prompt') return openPrompt(carried.text, name, from);
  const { carriedThere } = await opening();
  const made = await carriedThere(carried.is === 'bundle' && file ? file : carried.text, name);
  return made && openCarried(made, name, from);
}

/** A tab with the file's workflow, or a sentence about why there is none. */
export async function openFound(found: Found, name: string, from: Origin = {}, file?: File): Promise<Opened | undefined> {
  if ('fault' in found) {
    complain((w) => w.app.open.faults[found.fault](name, found.detail ?? ''));
    return undefined;
  }
  try {
    return await openCarried(found.carried, name, from, file);
  } catch (e) {
    complain((w) => w.app.open.faults.damaged(name, e instanceof Error ? e.message : String(e)));
    return undefined;
  }
}

async function openFile(file: File) {
  const origin = `${file.name}:${file.size}:${file.lastModified}`;
  const there = useDocuments.getState().opened.find((o) => o.origin === origin && o.doc.dirtySince === undefined);
  if (there) activate(there.doc.uid);
  else {
    const found = await readFile(file);
    if ('fault' in found && found.fault === 'nothing' && /^image\//.test(file.type) && activeDocument()) await placePicture(file);
    else await openFound(found, nameOf(file.name), { origin }, file);
  }
}

/** A picture that carries nothing goes into the open graph, as a node that loads it. */
async function placePicture(file: File) {
  try {
    const [{ sendFile }, { addHere }, { toCanvas, view }, { reloadDef }] = await Promise.all([
      import('../widgets/files.ts'), import('../canvas/adding.ts'), import('../canvas/view.ts'), import('../defs/defs.ts'),
    ]);
    const image = await sendFile(file);
    await reloadDef('LoadImage'); // its list has the new file
    const at = { x: view.size.width / 2, y: view.size.height / 3 };
    addHere('LoadImage', { image }, { at, place: toCanvas(at) });
    say((w) => w.app.open.placed(file.name));
  } catch (e) {
    complain((w) => w.app.open.notPlaced(file.name, e instanceof Error ? e.message : String(e)));
  }
}

/** One after the other, each a tab of its own. */
export async function openFiles(files: readonly File[]) {
  for (const file of files) await openFile(file);
}

/** Asks the person for files. */
export function pickFiles() {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.accept = ENDINGS;
  input.onchange = () => void openFiles([...(input.files ?? [])]);
  input.click();
}

/** A picture of this server, such as one that is dragged out of the gallery. */
async function openAddress(text: string) {
  const url = new URL(text.split(/\r?\n/).find((l) => l && !l.startsWith('#')) ?? '', document.baseURI);
  const name = url.searchParams.get('filename') ?? url.pathname;
  try {
    if (url.origin !== at('').origin) throw new Error(wordsNow().app.open.elsewhere);
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    await openFiles([new File([await answer.blob()], name)]);
  } catch (e) {
    complain((w) => w.app.open.unreachable(nameOf(name), e instanceof Error ? e.message : String(e)));
  }
}

/** Where letters go into a text, keys and pastes are its own. */
export function inTextField(target: EventTarget | null): boolean {
  const it = target instanceof Element ? target.closest('input, textarea, select, [contenteditable="true"]') : null;
  return it !== null && !(it instanceof HTMLInputElement && ['checkbox', 'radio', 'range', 'button'].includes(it.type));
}

function pasted(e: ClipboardEvent) {
  if (e.defaultPrevented || inTextField(e.target)) return;
  const text = e.clipboardData?.getData('text/plain') ?? '';
  if (!/^\s*\{/.test(text) || /^\s*\{\s*"limn"/.test(text)) return; // nodes that were copied are the canvas's
  e.preventDefault();
  void readFile(new File([text], 'pasted.json')).then((found) => openFound(found, wordsNow().app.open.pasted));
}

const carriesFiles = (e: DragEvent) => e.dataTransfer?.types.includes('Files') || e.dataTransfer?.types.includes('text/uri-list');

function dropped(e: DragEvent) {
  if (e.defaultPrevented || !e.dataTransfer || !carriesFiles(e)) return;
  const files = [...e.dataTransfer.files];
  const address = e.dataTransfer.getData('text/uri-list');
  e.preventDefault();
  if (files.length) void openFiles(files);
  else if (address) void openAddress(address);
}

/** Listens on the window; `over` hears whether files are held over it. Returns what ends it. */
export function startOpening(over: (is: boolean) => void): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  let depth = 0;
  const held = (by: number) => (e: DragEvent) => {
    if (!carriesFiles(e)) return;
    depth = Math.max(0, depth + by);
    over(depth > 0);
  };
  const end = () => {
    depth = 0;
    over(false);
  };
  addEventListener('dragenter', held(1), { signal });
  addEventListener('dragleave', held(-1), { signal });
  addEventListener('dragover', (e) => carriesFiles(e) && e.preventDefault(), { signal });
  addEventListener('drop', end, { capture: true, signal });
  addEventListener('drop', dropped, { signal });
  addEventListener('paste', pasted, { signal });
  return () => ending.abort();
}
