// Opens the grid of a document.
import { createElement } from 'react';
import { ask } from '../app/ask.ts';
import type { Opened } from '../app/documents.ts';
import { followGrids } from './follow.ts';
import { GridDialog } from './GridDialog.tsx';

/** `node`: whose inputs are varied, `widget` of it first. */
export function showGrid(at: Opened, node?: string, widget?: string) {
  followGrids();
  void ask((answer) => createElement(GridDialog, { at, node, widget, close: () => answer() }));
}
