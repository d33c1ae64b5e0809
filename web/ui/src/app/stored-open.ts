// Opens what the server keeps; what is open already is shown.
import { readFile } from '../net/reading.ts';
import { readStoredText, reasonOf } from '../net/userdata.ts';
import { activate, openedAt } from './documents.ts';
import { nameOf } from './open.ts';
import { once } from './once.ts';
import { openFound } from './opening.ts';
import { forgetRecent, usedNow } from './stored.ts';
import { complain } from './toasts.ts';
import { roomWords } from '../i18n/room.ts';
import { opening } from '../i18n/words/opening.ts';

/** Pressed twice it is one tab. */
export const openStored = once((path: string) => path, async (path) => {
  const there = openedAt(path);
  if (there) return activate(there.doc.uid);
  try {
    const { text, etag } = await readStoredText(path);
    const found = await readFile(new File([text], path));
    if (await openFound(found, nameOf(path), { file: { path, ...(etag === undefined ? {} : { etag }) } })) usedNow(path);
  } catch (e) {
    forgetRecent(path);
    complain((w) => roomWords(opening, w).unreachable(nameOf(path), reasonOf(e)));
  }
});
