// Copying and pasting nodes: the clipboard's own events, so that other programs and other tabs have them, too.
import { onMac } from '../app/bound.ts';
import { shown } from '../app/chords.ts';
import { putText } from '../app/copying.ts';
import { inTextField } from '../app/open.ts';
import { complain } from '../app/toasts.ts';
import { copyItems, duplicate, kindOfText, paste } from '../doc/clipboard.ts';
import type { Items } from '../doc/ops-nodes.ts';
import { wordsNow } from '../i18n/words.ts';
import { announce } from './announce.ts';
import { atNow, cutChosen, itemsChosen } from './edit.ts';
import { choose, focusOn } from './select.ts';
import { toCanvas, view } from './view.ts';

/** Where the pointer was last, over the canvas; else its middle. */
let pointer: { x: number; y: number } | undefined;

export const pointerAt = () => pointer;

export function keysOf({ nodes = [], groups = [], reroutes = [] }: Items): string[] {
  return [...nodes.map((id) => `node:${id}`), ...groups.map((i) => `group:${i}`), ...reroutes.map((id) => `reroute:${id}`)];
}

function chooseItems(items: Items | undefined) {
  if (!items) return;
  const keys = keysOf(items);
  choose(keys);
  if (keys[0]) focusOn(keys[0]);
  announce(wordsNow().canvas.added(items.nodes?.length ?? 0));
}

export function duplicateChosen(dx = 30, dy = 30) {
  const at = atNow();
  if (at) chooseItems(duplicate(at, itemsChosen(at), [dx, dy]));
}

export function textChosen(): string | undefined {
  const at = atNow();
  return at && copyItems(at, itemsChosen(at));
}

/** At the pointer; `connect`: with the links that it had from outside. Whole workflows are opened, not pasted. */
export function pasteText(text: string, connect = false): boolean {
  const at = atNow();
  if (!at || kindOfText(text) !== 'part') return false;
  const p = toCanvas(pointer ?? { x: view.size.width / 2, y: view.size.height / 2 });
  chooseItems(paste(at, text, { corner: [Math.round(p.x), Math.round(p.y)], connect }));
  return true;
}

/** The page may not do it here by itself. */
const sayKeys = (keys: string) => complain((w) => w.canvas.byKeys(shown(keys, onMac)));

/** For a menu, where no event brings a clipboard. */
export async function copyChosen(cutToo = false) {
  const text = textChosen();
  if (text === undefined) return;
  if (!(await putText(text))) sayKeys(cutToo ? 'Ctrl+X' : 'Ctrl+C');
  else if (cutToo) cutChosen();
}

export async function pasteNow(connect = false) {
  try {
    pasteText(await navigator.clipboard.readText(), connect);
  } catch {
    sayKeys(connect ? 'Ctrl+Shift+V' : 'Ctrl+V');
  }
}

/** Listens on the window, so that no click on the canvas is needed before; returns what ends it. */
export function startClipboard(graph: HTMLElement): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  let connect = false;

  const rests = () => graph.closest('[inert]') !== null; // another view is over it
  const isOurs = (e: ClipboardEvent) =>
    !e.defaultPrevented && !rests() && !inTextField(e.target) && getSelection()?.isCollapsed !== false && atNow();
  const copied = (e: ClipboardEvent) => {
    const text = isOurs(e) ? textChosen() : undefined;
    if (text === undefined) return;
    e.preventDefault();
    e.clipboardData?.setData('text/plain', text);
    if (e.type === 'cut') cutChosen();
  };
  addEventListener('copy', copied, { signal });
  addEventListener('cut', copied, { signal });
  addEventListener('paste', (e) => {
    if (isOurs(e) && pasteText(e.clipboardData?.getData('text/plain') ?? '', connect)) e.preventDefault();
    connect = false;
  }, { capture: true, signal });
  addEventListener('keydown', (e) => (connect = e.shiftKey && (e.ctrlKey || e.metaKey) && e.code === 'KeyV'), { capture: true, signal });
  graph.addEventListener('pointermove', (e) => {
    const { x, y } = graph.getBoundingClientRect();
    pointer = { x: e.clientX - x, y: e.clientY - y };
  }, { signal });
  graph.addEventListener('pointerleave', () => (pointer = undefined), { signal });
  return () => ending.abort();
}
