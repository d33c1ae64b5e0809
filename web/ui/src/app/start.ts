// What is open when the page begins: what was open before, else a small graph; and what a browser that ended left behind.
import { showRecover } from '../dialogs/show.ts';
import { wordsNow } from '../i18n/words.ts';
import { startAutosave } from './autosave.ts';
import { openText, useDocuments } from './documents.ts';
import first from './first.json?raw'; // less than a request for it would cost
import { dropEntry, ownerless, readEntries } from './journal.ts';
import { fetchRest } from './later.ts';
import { knownAlready, startMissing } from './missing.ts';
import { restore, startKeeping } from './session.ts';

/** A small graph that paints with the model that comes with limn. */
export function openFirst() {
  openText(first, wordsNow().app.first);
}

/** Journals without an owner: those of saved documents go, the others are offered. */
async function offerLost() {
  const here = new Set(useDocuments.getState().opened.map((o) => o.doc.uid));
  const lost = (await ownerless(await readEntries())).filter((e) => !here.has(e.uid));
  for (const e of lost) if (e.dirtySince === undefined) void dropEntry(e.uid);
  const unsaved = lost.filter((e) => e.dirtySince !== undefined);
  if (unsaved.length) showRecover(unsaved);
}

export async function startDocuments() {
  if (await restore()) for (const { doc } of useDocuments.getState().opened) knownAlready(doc);
  else openFirst();
  useDocuments.setState({ started: true });
  startKeeping();
  startMissing();
  startAutosave();
  fetchRest();
  await offerLost();
}
