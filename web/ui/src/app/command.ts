// What a person can do, each said once: the palette, menus, keys, buttons and the list of keys read it. A room exports its
// own list; app/commands.ts joins them.
import type { Words } from '../i18n/languages.ts';
import type { Opened } from './documents.ts';

export interface Command {
  id: string; // "graph.mute"
  label: (words: Words) => string;
  keys?: readonly string[]; // "Ctrl+Shift+Z", "Alt+C", "/": Ctrl is Cmd on a Mac
  menu?: 'file' | 'edit' | 'view' | 'run' | 'help' | 'node' | 'canvas' | 'link' | 'group';
  /** Not given: whenever a document is open. */
  can?: (at: Opened | undefined) => boolean;
  run: (at: Opened | undefined) => void;
}
