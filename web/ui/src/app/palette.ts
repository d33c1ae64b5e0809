// What the palette offers: commands, nodes of the open document, and settings; each by its first letter.
import { createElement, lazy } from 'react';
import { ask } from './ask.ts';

const Palette = lazy(() => import('./Palette.tsx').then((m) => ({ default: m.Palette })));

export function showPalette(text = '') {
  void ask((answer) => createElement(Palette, { text, close: () => answer() }));
}
