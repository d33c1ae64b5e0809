// Opens dialogs; what they are made of is fetched when the first one is asked for.
import { createElement, lazy } from 'react';
import { ask } from '../app/ask.ts';
import { openText, type Opened } from '../app/documents.ts';
import type { Entry } from '../app/journal.ts';
import type { Checked } from '../run/run.ts';
import type { ConflictAnswer } from './Conflict.tsx';

const Keys = lazy(() => import('./Keys.tsx').then((m) => ({ default: m.Keys })));
const Name = lazy(() => import('./Name.tsx').then((m) => ({ default: m.Name })));
const Conflict = lazy(() => import('./Conflict.tsx').then((m) => ({ default: m.Conflict })));
const Recover = lazy(() => import('./Recover.tsx').then((m) => ({ default: m.Recover })));
const Templates = lazy(() => import('./Templates.tsx').then((m) => ({ default: m.Templates })));
const Missing = lazy(() => import('./Missing.tsx').then((m) => ({ default: m.Missing })));
const Settings = lazy(() => import('./Settings.tsx').then((m) => ({ default: m.Settings })));

export function showKeys() {
  void ask((answer) => createElement(Keys, { close: () => answer() }));
}

/** A name to save under: "portraits/harbour". */
export function askName(name: string, title?: string): Promise<string | undefined> {
  return ask<string>((answer) => createElement(Name, { name, answer, ...(title === undefined ? {} : { title }) }));
}

/** What becomes of a file that somebody else has written meanwhile. "both" is done already: theirs is in a tab beside. */
export async function askConflict(at: Opened, path: string): Promise<'copy' | 'over' | undefined> {
  const answer = await ask<ConflictAnswer>((answer) => createElement(Conflict, { at, path, answer }));
  if (answer?.way !== 'both') return answer?.way;
  if (answer.theirs) openText(answer.theirs.text, `${at.name} (2)`);
  return undefined;
}

/** Offers what a browser that ended left behind. */
export function showRecover(entries: readonly Entry[]) {
  void ask((answer) => createElement(Recover, { entries, close: () => answer() }));
}

export function showTemplates() {
  void ask((answer) => createElement(Templates, { close: () => answer() }));
}

/** What a document asks for and is not here. */
export function showMissing(at: Opened, checked: Checked) {
  void ask((answer) => createElement(Missing, { at, checked, close: () => answer() }));
}

export function showSettings() {
  void ask((answer) => createElement(Settings, { close: () => answer() }));
}
