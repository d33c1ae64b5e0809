// Keys: each press that is a command's chord runs it; never while somebody writes or an input method composes.
import { keysOf, onMac } from './bound.ts';
import { isChord } from './chords.ts';
import { can, type Command } from './command.ts';
import { activeDocument } from './documents.ts';
import { inTextField } from './open.ts';
import { perform } from './perform.ts';

/** Where letters choose an entry, and Enter or Space press a button, they are not ours. */
const OWN = 'button, a, summary, [role="menu"], [role="menubar"], [role="listbox"], [role="tablist"], [role="treegrid"], [role="separator"]';
const NAMED = new Set(['Enter', ' ', 'Space', 'Tab', 'Escape', 'Delete', 'Backspace', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']);

/** Without Ctrl and Alt a key means something only to the graph and to what has no use for it. */
function isTheirs(e: KeyboardEvent): boolean {
  const at = e.target instanceof Element ? e.target : undefined;
  if (e.ctrlKey || e.metaKey || e.altKey || !at) return false;
  return NAMED.has(e.key) ? at.closest(OWN) !== null : at.closest('[role="menu"], [role="listbox"]') !== null;
}

export function pressed(e: KeyboardEvent, commands: readonly Command[]) {
  if (e.defaultPrevented || e.isComposing || e.key === 'Process' || document.querySelector('dialog[open]')) return;
  const writing = inTextField(e.target);
  const letter = !e.ctrlKey && !e.metaKey && !e.altKey && !/^F\d/.test(e.key);
  const fits = commands.filter((c) => (!writing || (c.anywhere && !letter)) && keysOf(c).some((k) => isChord(k, e, onMac)));
  if (!fits.length || isTheirs(e)) return;
  const at = activeDocument();
  const command = fits.find((c) => can(c, at));
  if (command || e.ctrlKey || e.metaKey) e.preventDefault(); // the browser's own Ctrl+S is nobody's wish here
  if (command && (!e.repeat || command.held || /^Arrow/.test(e.key))) perform(command, at);
}

/** Listens from now on; returns what ends it. */
export function startKeys(commands: readonly Command[]): () => void {
  const heard = (e: KeyboardEvent) => pressed(e, commands);
  addEventListener('keydown', heard);
  return () => removeEventListener('keydown', heard);
}
