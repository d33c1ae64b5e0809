// Opens dialogs; what they are made of is fetched when the first one is asked for.
import { createElement } from 'react';
import { ask } from '../app/ask.ts';
import { openText, type Opened } from '../app/documents.ts';
import type { Entry } from '../app/journal.ts';
import { late } from '../app/late.ts';
import type { Checked } from '../run/run.ts';
import type { ConflictAnswer } from './Conflict.tsx';

const About = late(() => import('./About.tsx').then((m) => m.About));
const Keys = late(() => import('./Keys.tsx').then((m) => m.Keys));
const Name = late(() => import('./Name.tsx').then((m) => m.Name));
const Conflict = late(() => import('./Conflict.tsx').then((m) => m.Conflict));
const Recover = late(() => import('./Recover.tsx').then((m) => m.Recover));
const Templates = late(() => import('./Templates.tsx').then((m) => m.Templates));
const Missing = late(() => import('./Missing.tsx').then((m) => m.Missing));
const Versions = late(() => import('./Versions.tsx').then((m) => m.Versions));
const CompareWith = late(() => import('./CompareWith.tsx').then((m) => m.CompareWith));
const Settings = late(() => import('./Settings.tsx').then((m) => m.Settings));

export function showAbout() {
  void ask((answer) => createElement(About, { close: () => answer() }));
}

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

/** What was saved under a name before. */
export function showVersions(path: string) {
  void ask((answer) => createElement(Versions, { path, close: () => answer() }));
}

/** What an open document is compared with. */
export function showCompareWith(at: Opened) {
  void ask((answer) => createElement(CompareWith, { at, close: () => answer() }));
}

export function showTemplates() {
  void ask((answer) => createElement(Templates, { close: () => answer() }));
}

/** What a document asks for and is not here. */
export function showMissing(at: Opened, checked: Checked) {
  void ask((answer) => createElement(Missing, { at, checked, close: () => answer() }));
}

export function showSettings(page: 'general' | 'keyboard' = 'general') {
  void ask((answer) => createElement(Settings, { page, close: () => answer() }));
}
