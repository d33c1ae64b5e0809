// What a person can do, each said once: the palette, menus, keys, buttons and the list of keys read it. A room exports its
// own list; app/commands.ts joins them.
import type { Words } from '../i18n/languages.ts';
import type { Opened } from './documents.ts';

export interface Command {
  id: string; // "graph.mute"
  label: (words: Words) => string;
  keys?: readonly string[]; // "Ctrl+Shift+Z", "Alt+C", "/": Ctrl is Cmd on a Mac
  shows?: readonly string[]; // the browser's own keys that do it, in menus and lists: they are not ours to bind
  anywhere?: true; // its keys act in text fields, too: Ctrl+S, Ctrl+Enter
  menu?: 'file' | 'edit' | 'view' | 'run' | 'help' | 'node' | 'canvas' | 'link' | 'group';
  held?: true; // again and again while its keys are held down; arrow keys do so by themselves
  quiet?: true; // known by its keys alone: not in the palette
  line?: true; // in a menu a line stands above it
  /** Not given: whenever a document is open. */
  can?: (at: Opened | undefined) => boolean;
  /** Is it on? For what is switched. */
  on?: (at: Opened | undefined) => boolean;
  run: (at: Opened | undefined) => void;
}

export const always = () => true;

export function can(command: Command, at: Opened | undefined): boolean {
  return command.can ? command.can(at) : at !== undefined;
}
