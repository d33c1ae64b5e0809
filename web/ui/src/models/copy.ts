// A text for the clipboard, also where a page of plain http has none: a browser copies what is chosen in a field.
import { say } from '../app/toasts.ts';
import { roomWords } from '../i18n/room.ts';
import { models as room } from '../i18n/words/models.ts';

function copyChosen(text: string): boolean {
  const field = document.createElement('textarea');
  const before = document.activeElement;
  field.value = text;
  field.className = 'unseen';
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return done;
}

export async function copy(text: string) {
  const done = await (navigator.clipboard?.writeText(text).then(() => true, () => copyChosen(text)) ?? copyChosen(text));
  say((w) => (done ? roomWords(room, w).copied(text) : roomWords(room, w).notCopied(text)));
}
