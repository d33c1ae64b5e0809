// What the palette offers: commands, nodes of the open document, and settings; each by its first letter.
import { createElement, lazy } from 'react';
import { withNames } from '../defs/labels.ts';
import { ask } from './ask.ts';

const Palette = lazy(() => withNames(import('./Palette.tsx')).then((m) => ({ default: m.Palette })));

export function showPalette(text = '') {
  void ask((answer) => createElement(Palette, { text, close: () => answer() }));
}
