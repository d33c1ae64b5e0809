// Finding a class by what somebody types: its title in both languages, its own name, its category, other names, pinyin, and
// initials; a few of its letters in their order are enough. And by what a link needs.
import { fold } from '../i18n/fold.ts';
import type { Defs, NodeDef } from './def.ts';
import { zhNames } from './labels.ts';
import { findSounds, soundsIn } from './pinyin.ts';
import { fits, kindsOf } from './types.ts';

/** What a link that is let go of came from: an output looks for inputs, and the other way round. */
export interface Wanted {
  type: string;
  direction: 'in' | 'out'; // of the socket that the link came from
}

interface Field {
  text: string; // in small letters
  initials: string; // of its words: "ksa" of "KSampler (Advanced)"
  letters: number; // a bit for each that is in it
  worth: number; // against the same find in a title
}

export interface Entry {
  def: NodeDef;
  fields: readonly Field[];
  sounds: readonly (readonly string[])[];
  category: Field;
}

// ------------------------------------------------------------------ the index

function bitOf(char: number): number {
  if (char >= 97 && char <= 122) return 1 << (char - 97);
  return char >= 48 && char <= 57 ? 1 << 26 : 1 << 27;
}

function lettersOf(text: string): number {
  let letters = 0;
  for (let i = 0; i < text.length; i++) letters |= bitOf(text.charCodeAt(i));
  return letters;
}

/** "KSampler (Advanced)", "VAEDecodeTiled" -> the first letter of each word. */
function initialsOf(text: string): string {
  const words = text.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|\p{Script=Han}/gu) ?? [];
  return words.map((w) => w[0] ?? '').join('').toLowerCase();
}

function field(text: string, worth: number): Field {
  const low = fold(text);
  return { text: low, initials: initialsOf(text), letters: lettersOf(low), worth };
}

function entryOf(def: NodeDef): Entry {
  const { nodes, categories } = zhNames();
  const zh = nodes[def.name] ?? '';
  const category = `${def.category} ${def.category.split('/').map((p) => categories[p] ?? '').join(' ')}`;
  const named: [string, number][] = [[def.title, 1], [zh, 1], [def.name, 0.98], ...def.aliases.map((a): [string, number] => [a, 0.9])];
  return {
    def,
    fields: named.filter(([text]) => text !== '').map(([text, worth]) => field(text, worth)),
    sounds: soundsIn(zh || def.title),
    category: field(category, 0.4),
  };
}

const indexes = new WeakMap<Defs, readonly Entry[]>();

/** Made once for a set of classes. */
export function indexOf(defs: Defs): readonly Entry[] {
  let index = indexes.get(defs);
  if (!index) indexes.set(defs, (index = [...defs.values()].map(entryOf)));
  return index;
}

// ------------------------------------------------------------------ how well a word is found

const begins = (text: string, at: number) => at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '');

/** Its letters in their order: the closer they stand, the better; 0: not there. */
function scattered(word: string, text: string): number {
  let at = text.indexOf(word[0] ?? '');
  const first = at;
  for (let i = 1; at >= 0 && i < word.length; i++) at = text.indexOf(word[i] ?? '', at + 1);
  return at < 0 ? 0 : 100 + (150 * word.length) / (at - first + 1);
}

function inField(word: string, letters: number, { text, initials, letters: has, worth }: Field): number {
  if ((letters & ~has) !== 0) return 0;
  const at = text.indexOf(word);
  let score = 0;
  if (text === word) score = 1000;
  else if (at === 0) score = 900 - Math.min(50, text.length);
  else if (at > 0) score = (begins(text, at) ? 800 : 600) - Math.min(50, at);
  else if (word.length > 1 && initials.startsWith(word)) score = 700;
  else if (word.length > 2) score = scattered(word, text);
  return score * worth;
}

function inEntry(word: string, letters: number, entry: Entry, onlyCategory: boolean): number {
  let best = inField(word, letters, entry.category);
  if (onlyCategory) return best;
  for (const f of entry.fields) best = Math.max(best, inField(word, letters, f));
  if (best >= 700 || !/^[a-z]+$/.test(word)) return best;
  const at = findSounds(word, entry.sounds);
  return at < 0 ? best : Math.max(best, (at === 0 ? 750 : 620) - Math.min(50, at));
}

interface Word {
  text: string;
  letters: number;
  category: boolean; // "#latent" is looked for there only
}

function wordsOf(query: string): Word[] {
  return fold(query).split(/[\s'’]+/).map((w) => ({ text: w.replace(/^#/, ''), category: w.startsWith('#') }))
    .filter((w) => w.text !== '').map((w) => ({ ...w, letters: lettersOf(w.text) }));
}

const ELSEWHERE = 0.8; // what words are worth that are found, but not in one name

/** All words in one name, best as they were typed. */
function together(words: readonly Word[], phrase: Word, entry: Entry): number {
  let best = 0;
  for (const f of entry.fields) {
    const whole = inField(phrase.text, phrase.letters, f);
    let sum = 0;
    let all = true;
    for (const w of words) {
      const score = inField(w.text, w.letters, f);
      sum += score;
      all &&= score > 0;
    }
    best = Math.max(best, whole && whole + 100, all ? sum / words.length : 0);
  }
  return best;
}

/** Every word has to be found; 0: one was not. */
function scoreOf(words: readonly Word[], phrase: Word | undefined, entry: Entry): number {
  let sum = 0;
  for (const word of words) {
    const score = inEntry(word.text, word.letters, entry, word.category);
    if (score === 0) return 0;
    sum += score;
  }
  const apart = sum / words.length;
  return phrase ? Math.max(apart * ELSEWHERE, together(words, phrase, entry)) : apart;
}

/** Several words as one; undefined where that says nothing new. */
function phraseOf(words: readonly Word[]): Word | undefined {
  if (words.length < 2 || words.some((w) => w.category)) return undefined;
  const text = words.map((w) => w.text).join(' ');
  return { text, letters: lettersOf(text), category: false };
}

// ------------------------------------------------------------------ what a link needs

const exact = (a: string, b: string) => kindsOf(a).some((kind) => kind !== '*' && kindsOf(b).includes(kind));

/** 3: that is all it takes or gives; 2: a socket of that type; 1: a field, or a socket for anything; 0: no place for it. */
export function placeFor(def: NodeDef, wanted: Wanted): 0 | 1 | 2 | 3 {
  if (wanted.direction === 'in') {
    if (!def.outputs.some((o) => fits(o.type, wanted.type))) return 0;
    if (!def.outputs.some((o) => exact(o.type, wanted.type))) return 1;
    return def.outputs.length === 1 ? 3 : 2;
  }
  const sockets = def.inputs.filter((i) => !i.widget);
  if (sockets.some((i) => exact(wanted.type, i.type))) return sockets.length === 1 ? 3 : 2;
  return def.inputs.some((i) => fits(wanted.type, i.type)) ? 1 : 0;
}

// ------------------------------------------------------------------ all together

/** In the order in which a graph is made; what is for few people last. */
const ORDER = ['loaders', 'conditioning', 'sampling', 'latent', 'image', 'mask', 'utils'];

function orderOf(category: string): number {
  const top = category.split('/')[0] ?? '';
  const at = ORDER.indexOf(top);
  return at >= 0 ? at : top.startsWith('_') || top === 'api' ? ORDER.length + 1 : ORDER.length;
}

/** How categories are listed. */
export function byCategory(a: string, b: string): number {
  return orderOf(a) - orderOf(b) || a.localeCompare(b);
}

export interface Search {
  query: string;
  /** All of them have to find a place: one for a link that was let go of, two for a link that a node goes into. */
  wanted?: readonly Wanted[];
  uses: ReadonlyMap<string, number>;
  /** Also those that are not for use any more. */
  old?: boolean;
}

/** The best first. Without a query: what a link needs most, then what was used most, then by category and title. */
export function search(defs: Defs, { query, wanted = [], uses, old = false }: Search): NodeDef[] {
  const words = wordsOf(query);
  const phrase = phraseOf(words);
  const found: { def: NodeDef; score: number; place: number; uses: number }[] = [];
  for (const entry of indexOf(defs)) {
    if (entry.def.quiet) continue;
    if (entry.def.deprecated && !old && !words.some((w) => w.text === fold(entry.def.name))) continue;
    const place = Math.min(3, ...wanted.map((w) => placeFor(entry.def, w)));
    if (place === 0) continue;
    const used = uses.get(entry.def.name) ?? 0;
    const score = words.length ? scoreOf(words, phrase, entry) : 1;
    if (score > 0) found.push({ def: entry.def, score: words.length ? score + 8 * place + Math.min(40, 4 * used) : 0, place, uses: used });
  }
  found.sort((a, b) => b.score - a.score || b.place - a.place || b.uses - a.uses
    || (words.length ? a.def.title.length - b.def.title.length : byCategory(a.def.category, b.def.category)) || a.def.title.localeCompare(b.def.title));
  return found.map((f) => f.def);
}
