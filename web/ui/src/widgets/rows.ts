// What a list of choices shows: the recent ones first, folders as headings, and of a long list what was asked for.
import type { Json } from '../doc/json.ts';
import { fold } from '../i18n/fold.ts';
import { toText } from './values.ts';

export interface Choice {
  kind: 'choice';
  value: Json;
  text: string; // whole
  shown: string; // without its folder, below a heading
}
export interface Heading {
  kind: 'heading' | 'recent';
  text: string;
}
export interface More {
  kind: 'more';
  count: number;
}
export type Row = Choice | Heading | More;

const MOST = 300;
const FEW = 8; // a list that short needs no recent ones

const folderOf = (text: string) => text.slice(0, Math.max(0, Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\'))));

/** Every word that was typed stands somewhere in it. */
export function matches(text: string, query: string): boolean {
  const low = fold(text);
  return fold(query).split(/\s+/).every((word) => low.includes(word));
}

const choiceOf = (value: Json): Choice => {
  const text = toText(value, undefined);
  return { kind: 'choice', value, text, shown: text };
};

/** Those without a folder first, as they come; then folder by folder, in the order of the list. */
function byFolder(choices: readonly Choice[]): Row[] {
  const folders = new Map<string, Choice[]>();
  for (const c of choices) {
    const folder = folderOf(c.text);
    const list = folders.get(folder) ?? [];
    folders.set(folder, list);
    list.push(folder ? { ...c, shown: c.text.slice(folder.length + 1) } : c);
  }
  const loose = folders.get('') ?? [];
  folders.delete('');
  return [...loose, ...[...folders].flatMap(([text, list]): Row[] => [{ kind: 'heading', text: text.replaceAll('\\', '/') }, ...list])];
}

function cut(rows: readonly Row[]): Row[] {
  return rows.length > MOST ? [...rows.slice(0, MOST), { kind: 'more', count: rows.length - MOST }] : [...rows];
}

export function rowsFor(values: readonly Json[], recent: readonly string[], query: string): Row[] {
  const all = values.map(choiceOf).filter((c) => matches(c.text, query));
  if (query.trim() !== '' || all.length <= FEW) return cut(byFolder(all));
  const known = recent.map((text) => all.find((c) => c.text === text)).filter((c) => c !== undefined);
  return cut([...(known.length ? [{ kind: 'recent' as const, text: '' }, ...known, { kind: 'heading' as const, text: '' }] : []), ...byFolder(all)]);
}

export const isChoice = (row: Row | undefined): row is Choice => row?.kind === 'choice';
