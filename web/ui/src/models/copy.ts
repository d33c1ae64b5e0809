// A text for the clipboard, and whether it is there.
import { putText } from '../app/copying.ts';
import { say } from '../app/toasts.ts';
import { roomWords } from '../i18n/room.ts';
import { models as room } from '../i18n/words/models.ts';

export async function copy(text: string) {
  const done = await putText(text);
  say((w) => (done ? roomWords(room, w).copied(text) : roomWords(room, w).notCopied(text)));
}
