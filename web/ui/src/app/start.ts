// What is open when the page begins.
import { wordsNow } from './confirm.ts';
import { openText } from './documents.ts';
import first from './first.json?raw';

/** A small graph that paints with the model that comes with limn. */
export function openFirst() {
  openText(first, wordsNow().app.first);
}
