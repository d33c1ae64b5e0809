// Closing a tab: what is not saved is asked about once.
import { wordsNow } from '../i18n/words.ts';
import { confirm } from './confirm.ts';
import { closeDocument, type Opened } from './documents.ts';

export async function close(at: Opened) {
  const words = wordsNow().app;
  if (at.doc.dirtySince !== undefined) {
    const answer = await confirm(words.closing.title(at.name), words.closing.text, [
      { value: 'discard', label: words.closing.discard, risky: true },
      { value: 'stay', label: words.closing.stay },
      { value: 'save', label: words.commands.save, main: true },
    ]);
    if (answer === 'save' ? !(await (await import('./save.ts')).save(at)) || at.doc.dirtySince !== undefined : answer !== 'discard') return;
  }
  closeDocument(at.doc.uid);
}
