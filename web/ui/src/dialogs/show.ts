// Opens dialogs; what they are made of is fetched when the first one is asked for.
import { createElement, lazy } from 'react';
import { ask } from '../app/ask.ts';

const Keys = lazy(() => import('./Keys.tsx').then((m) => ({ default: m.Keys })));

export function showKeys() {
  void ask((answer) => createElement(Keys, { close: () => answer() }));
}
