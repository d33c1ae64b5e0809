// Dialogs of the canvas, which come when they are asked for.
import { createElement, lazy } from 'react';
import { ask } from '../app/ask.ts';

const Colours = lazy(() => import('./Colours.tsx').then((m) => ({ default: m.Colours })));
const Edges = lazy(() => import('./Edges.tsx').then((m) => ({ default: m.Edges })));

/** Colours, for what is chosen, or the node that the keyboard is at. */
export function showColours() {
  void ask((answer) => createElement(Colours, { close: () => answer() }));
}

/** Name, inputs and outputs of the subgraph on the screen. */
export function showEdges() {
  void ask((answer) => createElement(Edges, { close: () => answer() }));
}
