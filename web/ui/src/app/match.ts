// How well a text answers to what was typed: the higher, the better; 0: not at all.
import { fold } from '../i18n/fold.ts';

/** All letters in their order; better at the beginning of a word, and in one piece. */
export function match(query: string, text: string): number {
  const wanted = fold(query).trim();
  const there = fold(text);
  if (!wanted) return 1;
  const at = there.indexOf(wanted);
  if (at === 0) return 1000 - there.length;
  if (at > 0) return (/[\p{L}\p{N}]/u.test(there[at - 1] ?? '') ? 500 : 800) - Math.min(at, 100) - there.length / 100;
  let from = 0;
  let score = 300;
  for (const letter of wanted.replace(/\s+/g, '')) {
    const found = there.indexOf(letter, from);
    if (found < 0) return 0;
    score -= Math.min(20, found - from);
    from = found + 1;
  }
  return Math.max(1, score - there.length);
}
