// Dialogs of the canvas, which come when they are asked for.
import { createElement } from 'react';
import { ask } from '../app/ask.ts';
import { late } from '../app/late.ts';
import { withNames } from '../defs/labels.ts';

const Colours = late(() => import('./Colours.tsx').then((m) => m.Colours));
const CutList = late(() => import('./CutList.tsx').then((m) => m.CutList));
const Replace = late(() => withNames(import('./Replace.tsx')).then((m) => m.Replace));
const Edges = late(() => import('./Edges.tsx').then((m) => m.Edges));

/** Colours, for what is chosen, or the node that the keyboard is at. */
export function showColours() {
  void ask((answer) => createElement(Colours, { close: () => answer() }));
}

/** Other classes for the nodes that are meant. */
export function showReplace() {
  void ask((answer) => createElement(Replace, { close: () => answer() }));
}

/** The links of what is chosen, to be cut. */
export function showLinks() {
  void ask((answer) => createElement(CutList, { close: () => answer() }));
}

/** Name, inputs and outputs of the subgraph on the screen. */
export function showEdges() {
  void ask((answer) => createElement(Edges, { close: () => answer() }));
}
