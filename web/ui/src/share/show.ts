// Opens the dialog Share.
import { createElement } from 'react';
import { ask } from '../app/ask.ts';
import type { Opened } from '../app/documents.ts';
import { ShareDialog } from './ShareDialog.tsx';

export function showShare(at: Opened) {
  void ask((answer) => createElement(ShareDialog, { at, close: () => answer() }));
}
