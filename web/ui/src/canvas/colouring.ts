// Colours of nodes and groups: those that a file may keep, and who gets them. The list of them is Colours.tsx.
import { createElement, lazy } from 'react';
import { ask } from '../app/ask.ts';

const Colours = lazy(() => import('./Colours.tsx').then((m) => ({ default: m.Colours })));

/** For what is chosen, or the node that the keyboard is at. */
export function showColours() {
  void ask((answer) => createElement(Colours, { close: () => answer() }));
}
