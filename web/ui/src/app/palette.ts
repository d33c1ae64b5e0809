// What the palette offers: commands, nodes of the open document, and settings; each by its first letter.
import { createElement } from 'react';
import { withNames } from '../defs/labels.ts';
import { ask } from './ask.ts';
import { late } from './late.ts';

const Palette = late(() => withNames(import('./Palette.tsx')).then((m) => m.Palette));

export function showPalette(text = '') {
  void ask((answer) => createElement(Palette, { text, close: () => answer() }));
}
