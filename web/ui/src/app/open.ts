// Files are picked, dropped on the window, or pasted; opening.ts, which comes when it is needed, makes tabs of them.
import { withOpening } from './later.ts';

export const ENDINGS = '.json,.limn,.latent,.safetensors,.txt,.glb,image/*,audio/*,video/*';

export const nameOf = (file: string) => file.replace(/^.*[/\\]/, '').replace(/\.[^.]*$/, '') || file;

/** Asks the person for files. */
export function pickFiles() {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.accept = ENDINGS;
  input.onchange = () => withOpening((m) => m.openFiles([...(input.files ?? [])]));
  input.click();
}

/** Where letters go into a text, keys and pastes are its own. */
export function inTextField(target: EventTarget | null): boolean {
  const it = target instanceof Element ? target.closest('input, textarea, select, [contenteditable="true"]') : null;
  return it !== null && !(it instanceof HTMLInputElement && ['checkbox', 'radio', 'range', 'button'].includes(it.type));
}

function pasted(e: ClipboardEvent) {
  if (e.defaultPrevented || inTextField(e.target)) return;
  const files = [...(e.clipboardData?.files ?? [])];
  const text = e.clipboardData?.getData('text/plain').trim() ?? '';
  if ((!files.length && (text === '' || /^\{\s*"limn"/.test(text))) || document.querySelector(':modal')) return; // nodes that were copied are the canvas's
  e.preventDefault();
  withOpening((m) => (files.length ? m.pasteFiles(files) : m.pasteText(text)));
}

const carriesFiles = (e: DragEvent) => e.dataTransfer?.types.includes('Files') || e.dataTransfer?.types.includes('text/uri-list');

function dropped(e: DragEvent) {
  if (e.defaultPrevented || !e.dataTransfer || !carriesFiles(e)) return;
  const files = [...e.dataTransfer.files];
  const address = e.dataTransfer.getData('text/uri-list');
  const at = { x: e.clientX, y: e.clientY };
  e.preventDefault();
  withOpening((m) => m.openDropped(files, address, at));
}

/** Listens on the window; `over` hears whether files are held over it. Returns what ends it. */
export function startOpening(over: (is: boolean) => void): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  let depth = 0;
  let hover: ((e?: DragEvent) => void) | undefined; // shows who would take them
  const held = (by: number) => (e: DragEvent) => {
    if (!carriesFiles(e)) return;
    import('./placing.ts').then((m) => (hover = m.hover), () => {});
    depth = Math.max(0, depth + by);
    over(depth > 0);
  };
  const end = () => {
    depth = 0;
    hover?.();
    over(false);
  };
  addEventListener('dragenter', held(1), { signal });
  addEventListener('dragleave', held(-1), { signal });
  addEventListener('dragover', (e) => carriesFiles(e) && (e.preventDefault(), hover?.(e)), { signal });
  addEventListener('drop', end, { capture: true, signal });
  addEventListener('drop', dropped, { signal });
  addEventListener('paste', pasted, { signal });
  return () => ending.abort();
}
