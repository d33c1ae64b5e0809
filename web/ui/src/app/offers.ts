// What the palette finds for what was typed.
import type { Words } from '../i18n/languages.ts';
import { shown } from './chords.ts';
import { can } from './command.ts';
import { commands } from './commands.ts';
import { activeDocument } from './documents.ts';
import { onMac } from './keys.ts';
import { match } from './match.ts';

export interface Offer {
  id: string;
  label: string;
  note?: string;
  keys?: string;
  disabled?: boolean;
  run: () => void;
}

/** The best first; of equals in the order they came. */
function best<T>(all: readonly T[], query: string, text: (of: T) => string): T[] {
  const scored = all.map((of) => ({ of, score: match(query, text(of)) })).filter((s) => s.score > 0);
  return scored.sort((a, b) => b.score - a.score).map((s) => s.of);
}

function commandOffers(query: string, words: Words): Offer[] {
  const at = activeDocument();
  return best(commands.filter((c) => !c.quiet), query, (c) => c.label(words)).map((c) => ({
    id: c.id,
    label: c.label(words),
    ...(c.menu ? { note: words.app.keys.places[c.menu] } : {}),
    ...(c.keys?.[0] ? { keys: shown(c.keys[0], onMac) } : {}),
    disabled: !can(c, at),
    run: () => c.run(activeDocument()),
  }));
}

export function offers(query: string, words: Words): Offer[] {
  const kind = query[0];
  const rest = query.slice(1);
  if (kind === '>') return commandOffers(rest, words);
  return commandOffers(query, words);
}
