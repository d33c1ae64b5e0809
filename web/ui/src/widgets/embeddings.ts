// What a prompt may name after "embedding:", and which of it answers to what was typed.
import { match } from '../app/match.ts';
import { getJson } from '../net/http.ts';

const KEPT_MS = 30_000;
const MOST = 50;

/** A word after "embedding:" that the caret stands in, without its weight. */
export interface Token {
  from: number; // of the name, behind the colon
  to: number;
  typed: string; // up to the caret
}

/** Where a name ends: what a prompt's own signs are, and blanks. Source: how prompts are read: a weight stands behind a colon. */
const NAME = /^[^\s,，()（）[\]{}|:<>"']*/;

export function tokenAt(text: string, caret: number): Token | undefined {
  const before = text.slice(0, caret);
  const at = before.search(/embedding:[^\s,，()（）[\]{}|:<>"']*$/i);
  if (at < 0 || (at > 0 && /[\p{L}\p{N}_]/u.test(before[at - 1] ?? ''))) return undefined;
  const from = at + 'embedding:'.length;
  const name = NAME.exec(text.slice(from))?.[0] ?? '';
  return { from, to: Math.max(caret, from + name.length), typed: before.slice(from) };
}

/** The best first; all of them while nothing is typed. */
export function offersFor(names: readonly string[], typed: string): string[] {
  if (typed === '') return names.slice(0, MOST);
  return names
    .map((name) => ({ name, score: match(typed, name) }))
    .filter((s) => s.score > 0)
    .sort((a, b) => b.score - a.score || a.name.localeCompare(b.name))
    .slice(0, MOST)
    .map((s) => s.name);
}

let kept: { names: Promise<readonly string[]>; at: number } | undefined;

/** Asked for again when the last answer is half a minute old. */
export function embeddings(): Promise<readonly string[]> {
  if (kept && Date.now() - kept.at < KEPT_MS) return kept.names;
  const names = getJson('embeddings').then((all) => (Array.isArray(all) ? all.filter((n) => typeof n === 'string') : []));
  kept = { names, at: Date.now() };
  names.catch(() => (kept = undefined));
  return names;
}
