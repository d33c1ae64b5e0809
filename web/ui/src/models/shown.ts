// What of a list is shown: folders, families, what was typed, and in which order. No page, no network: Node's tests run it.
import { fold } from '../i18n/fold.ts';
import type { Model } from './list.ts';

export type Order = 'name' | 'newest' | 'largest' | 'used';
export const ORDERS: readonly Order[] = ['name', 'newest', 'largest', 'used'];

export interface Wanted {
  query: string;
  folder: string; // "" is all of them; "sd15/faces" with what is below
  family: string; // "" is all
  order: Order;
}

export const folderOf = (name: string) => name.slice(0, Math.max(0, name.lastIndexOf('/')));
export const fileOf = (name: string) => name.slice(name.lastIndexOf('/') + 1);
/** "base.safetensors" -> "base" */
export const bareOf = (name: string) => fileOf(name).replace(/\.(safetensors|sft)$/i, '');

const SHORT: Readonly<Record<string, string>> = {
  'Stable Diffusion 1.x': 'SD 1.x', 'Stable Diffusion 2.x': 'SD 2.x', 'Stable Diffusion 2.1 unCLIP': 'SD 2.1 unCLIP',
  'Stable Diffusion 3': 'SD 3', 'Stable Video Diffusion': 'SVD', 'the SDXL refiner': 'SDXL refiner',
};

/** The family as a badge says it; of a file whose tensors tell none, what its makers say. */
export function badgeOf(m: Model): string {
  return m.family ? (SHORT[m.family] ?? m.family) : (m.base ?? '').replace(/\.(safetensors|ckpt|sft)$/i, '');
}

const within = (name: string, folder: string) => folder === '' || name.startsWith(`${folder}/`);

export interface Folder {
  path: string;
  name: string;
  count: number; // of files, in all that is below, too
}

/** The folders directly in one; those of one without any: those beside it. */
export function foldersIn(models: readonly Model[], folder: string): Folder[] {
  const found = new Map<string, number>();
  for (const { name } of models) {
    if (!within(name, folder)) continue;
    const rest = name.slice(folder ? folder.length + 1 : 0);
    const cut = rest.indexOf('/');
    if (cut < 0) continue;
    const path = (folder ? `${folder}/` : '') + rest.slice(0, cut);
    found.set(path, (found.get(path) ?? 0) + 1);
  }
  return [...found].map(([path, count]) => ({ path, name: fileOf(path), count })).sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
}

export function familiesOf(models: readonly Model[]): string[] {
  return [...new Set(models.map(badgeOf))].filter((f) => f !== '').sort((a, b) => a.localeCompare(b));
}

/** All that a person may type to find it. */
const textOf = (m: Model) => fold([m.name, m.title, m.family, m.base, badgeOf(m), ...m.triggers, ...m.tags].filter(Boolean).join('\n'));
const texts = new WeakMap<Model, string>();

function answers(m: Model, words: readonly string[]): boolean {
  if (!words.length) return true;
  let text = texts.get(m);
  if (text === undefined) texts.set(m, (text = textOf(m)));
  return words.every((w) => text.includes(w));
}

const BY: Readonly<Record<Order, (a: Model, b: Model) => number>> = {
  name: () => 0, // done before, for all of them
  newest: (a, b) => b.at - a.at,
  largest: (a, b) => b.bytes - a.bytes,
  used: (a, b) => (b.pictures ?? 0) - (a.pictures ?? 0),
};
const collator = new Intl.Collator(undefined, { numeric: true });

export function shownOf(models: readonly Model[], { query, folder, family, order }: Wanted): Model[] {
  const words = fold(query).split(/\s+/).filter((w) => w !== '');
  const found = models.filter((m) => within(m.name, folder) && (family === '' || badgeOf(m) === family) && answers(m, words));
  const named = found.sort((a, b) => collator.compare(fileOf(a.name), fileOf(b.name)) || collator.compare(a.name, b.name));
  return order === 'name' ? named : named.sort(BY[order]);
}

// ------------------------------------------------------------------ what may be meant by a name that is not here

const threes = (text: string) => {
  const padded = ` ${bareOf(text).toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim()} `;
  return new Set(Array.from({ length: Math.max(1, padded.length - 2) }, (_, i) => padded.slice(i, i + 3)));
};

/** 0 to 1: how many of their threes of letters two file names share, whatever folders they are in. */
export function likeness(one: string, other: string): number {
  const [a, b] = [threes(one), threes(other)];
  const common = [...a].filter((t) => b.has(t)).length;
  return common / (a.size + b.size - common);
}

const LIKE = 0.3;

/** Those most like a name, the likest first. */
export function likest(models: readonly Model[], name: string, most: number): Model[] {
  const scored = models.map((m) => ({ m, like: likeness(m.name, name) })).filter((s) => s.like >= LIKE);
  return scored.sort((a, b) => b.like - a.like).slice(0, most).map((s) => s.m);
}

// ------------------------------------------------------------------ which rows of a long list are on the page

export interface Window {
  columns: number;
  rows: number;
  first: number; // index of the first that is mounted
  last: number; // and behind the last
}

export const GAP = 8;
export const ROW = 52; // of the list, pixels
export const CARD = 108; // the least width of a card
export const CAPTION = 44; // below a card's picture

/** How many cards stand beside each other, and how high a row of them is; `text`: letters so many times as large. */
export function cardsIn(width: number, text = 1): { columns: number; height: number } {
  const columns = Math.max(1, Math.floor((width + GAP) / (CARD + GAP)));
  return { columns, height: Math.floor((width - GAP * (columns - 1)) / columns) + Math.ceil(CAPTION * text) + GAP };
}

const AIR = 4; // rows above and below those in sight

export function windowOf(count: number, columns: number, rowHeight: number, top: number, height: number): Window {
  const rows = Math.ceil(count / columns);
  const from = Math.max(0, Math.min(rows, Math.floor(top / rowHeight)) - AIR);
  const to = Math.min(rows, Math.ceil((top + height) / rowHeight) + AIR);
  return { columns, rows, first: from * columns, last: Math.min(count, to * columns) };
}
