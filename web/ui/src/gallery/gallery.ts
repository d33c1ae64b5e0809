// What the gallery shows of the pictures there are: which are chosen, which have a star, how large they are.
import { create } from 'zustand';
import { keyOf, type OutputFile } from '../net/files.ts';
import type { Output } from '../net/outputs.ts';
import { getJson, postText } from '../net/http.ts';

export type Size = 'small' | 'middle' | 'large';
export const SIZES: Record<Size, number> = { small: 72, middle: 116, large: 236 }; // pixels wide, at least

interface Gallery {
  chosen: readonly string[]; // keys, in the order they were chosen: A, B, …
  stars: ReadonlySet<string>;
  onlyStars: boolean;
  size: Size;
}

const KEY = 'limn.gallery';
const MOST_STARS = 5000;
const SETTING = 'settings/limn.stars';

function readSize(): Size {
  const kept = (() => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  })();
  return kept === 'small' || kept === 'large' ? kept : 'middle';
}

export const useGallery = create<Gallery>(() => ({ chosen: [], stars: new Set(), onlyStars: false, size: readSize() }));

export function choosePicture(key: string, also: boolean) {
  useGallery.setState(({ chosen }) => {
    if (!also) return { chosen: [key] };
    return { chosen: chosen.includes(key) ? chosen.filter((k) => k !== key) : [...chosen, key] };
  });
}

export function chooseNone() {
  useGallery.setState({ chosen: [] });
}

/** Only what is still there is chosen. */
export function keepChosen(there: ReadonlySet<string>) {
  useGallery.setState((s) => (s.chosen.every((k) => there.has(k)) ? s : { chosen: s.chosen.filter((k) => there.has(k)) }));
}

export function setSize(size: Size) {
  useGallery.setState({ size });
  try {
    localStorage.setItem(KEY, size);
  } catch {
    // A browser that keeps nothing.
  }
}

// ------------------------------------------------------------------ stars, kept by the server for all browsers

let known = false;

export async function fetchStars() {
  if (known) return;
  const kept = await getJson(SETTING);
  known = true;
  useGallery.setState({ stars: new Set(Array.isArray(kept) ? kept.filter((k) => typeof k === 'string') : []) });
}

/** All that have a star, the latest one first, without asking for the pages where they lie; what is known of them is from there. */
export function starredOf(stars: ReadonlySet<string>, known: readonly Output[], gone: ReadonlySet<string> = new Set()): Output[] {
  const told = new Map(known.map((f) => [keyOf(f), f]));
  return [...stars].reverse().flatMap((key) => {
    const [, subfolder = '', filename] = /^output\/(?:(.*)\/)?([^/]+)$/.exec(key) ?? [];
    return told.get(key) ?? (filename && !gone.has(key) ? { filename, subfolder, type: 'output' as const, bytes: 0, at: 0 } : []);
  });
}

/** Stars of all of these, or of none where all have one. */
export async function toggleStars(files: readonly OutputFile[]) {
  const stars = new Set(useGallery.getState().stars);
  const keys = files.map(keyOf);
  const all = keys.every((k) => stars.has(k));
  for (const key of keys)
    if (all) stars.delete(key);
    else stars.add(key);
  useGallery.setState({ stars });
  await postText(SETTING, JSON.stringify([...stars].slice(-MOST_STARS)));
}
