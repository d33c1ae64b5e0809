// Saved workflows are renamed and removed; a tab that has one open goes along.
import { deleteStored, FOLDER, isTaken, moveStored, reasonOf } from '../net/userdata.ts';
import { askName } from '../dialogs/show.ts';
import { confirm } from './confirm.ts';
import { openedAt, show } from './documents.ts';
import { nameOf } from './open.ts';
import { pathOf } from './save.ts';
import { forgetRecent, refreshStored, usedNow } from './stored.ts';
import { complain } from './toasts.ts';
import { dialogWords } from '../i18n/dialogs.ts';
import { wordsNow } from '../i18n/words.ts';

export async function renameStored(path: string) {
  const name = await askName(path.slice(FOLDER.length + 1).replace(/\.json$/i, ''), dialogWords(wordsNow()).stored.rename);
  const to = name === undefined ? path : pathOf(name);
  if (to === path) return;
  try {
    await moveStored(path, to);
    const at = openedAt(path);
    if (at) show(at.doc.uid, { name: nameOf(to), file: { ...at.file, path: to } });
    forgetRecent(path);
    usedNow(to);
  } catch (e) {
    complain((w) => (isTaken(e) ? dialogWords(w).save.taken(nameOf(to)) : dialogWords(w).stored.failed(nameOf(path), reasonOf(e))));
  }
  await refreshStored();
}

export async function removeStored(path: string) {
  const words = dialogWords(wordsNow()).stored;
  const answer = await confirm(words.removeTitle(nameOf(path)), words.removeText, [
    { value: 'no', label: wordsNow().app.cancel },
    { value: 'yes', label: words.remove, main: true, risky: true },
  ]);
  if (answer !== 'yes') return;
  try {
    await deleteStored(path);
    const at = openedAt(path);
    forgetRecent(path);
    if (at) {
      show(at.doc.uid, { file: undefined });
      at.doc.unsaved(); // nothing has it now but this tab
    }
  } catch (e) {
    complain((w) => dialogWords(w).stored.failed(nameOf(path), reasonOf(e)));
  }
  await refreshStored();
}
