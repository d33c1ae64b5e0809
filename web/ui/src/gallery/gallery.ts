// How the gallery shows the pictures there are: which are chosen, which have a star, how large they are, in which order.
import { create } from 'zustand';
import { keyOf, type OutputFile } from '../net/files.ts';
import { getJson, postText } from '../net/http.ts';
import { ORDERS, refreshOutputs, seekOutputs, useOutputs, type Order } from '../net/outputs.ts';

export type Size = 'small' | 'middle' | 'large';
export const SIZES: Record<Size, number> = { small: 72, middle: 116, large: 236 }; // pixels wide, at least

interface Gallery {
  chosen: readonly string[]; // keys, in the order they were chosen: A, B, …
  stars: ReadonlySet<string>;
  size: Size;
}

const KEY = 'limn.gallery';
const MOST_STARS = 5000;
const SETTING = 'settings/limn.stars';

/** "large name": what was chosen last in this browser. */
function read(): [Size, Order] {
  let kept: string[] = [];
  try {
    kept = localStorage.getItem(KEY)?.split(' ') ?? [];
  } catch {
    // A browser that keeps nothing.
  }
  return [(Object.keys(SIZES) as Size[]).find((s) => s === kept[0]) ?? 'middle', ORDERS.find((o) => o === kept[1]) ?? 'newest'];
}

const [size, order] = read();
useOutputs.setState({ order });

export const useGallery = create<Gallery>(() => ({ chosen: [], stars: new Set(), size }));

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

/** Those from one to the other, with what was chosen before. */
export function chooseUpTo(keys: readonly string[]) {
  useGallery.setState(({ chosen }) => ({ chosen: [...chosen, ...keys.filter((k) => !chosen.includes(k))] }));
}

function keep() {
  try {
    localStorage.setItem(KEY, `${useGallery.getState().size} ${useOutputs.getState().order}`);
  } catch {
    // A browser that keeps nothing.
  }
}

export function setSize(size: Size) {
  useGallery.setState({ size });
  keep();
}

export function setOrder(order: Order) {
  void seekOutputs({ order });
  keep();
}

// ------------------------------------------------------------------ stars, kept by the server for all browsers

let known = false;

export async function fetchStars() {
  if (known) return;
  const kept = await getJson(SETTING);
  known = true;
  useGallery.setState({ stars: new Set(Array.isArray(kept) ? kept.filter((k) => typeof k === 'string') : []) });
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
  if (useOutputs.getState().starred) await refreshOutputs();
}
