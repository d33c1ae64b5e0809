// How the gallery shows the pictures there are: which are chosen, which have a star, how large they are, in which order.
import { create } from 'zustand';
import { keyOf, type OutputFile } from '../net/files.ts';
import { getJson, postText, textsAt } from '../net/http.ts';
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

const readStars = async () => new Set(textsAt(await getJson(SETTING)));

export async function fetchStars() {
  if (known) return;
  const stars = await readStars();
  known = true;
  if (!writing) useGallery.setState({ stars });
}

let writing = 0; // changes that are on their way
let last: Promise<unknown> = Promise.resolve();

/** Stars of all of these, or of none where all have one. They are seen at once; what is written begins with what the server has by then, so
 * stars that another browser gave stay, and one change goes after the other. */
export function toggleStars(files: readonly OutputFile[]): Promise<void> {
  const keys = files.map(keyOf);
  const had = keys.filter((k) => useGallery.getState().stars.has(k));
  const withThese = (stars: ReadonlySet<string>, these: readonly string[]) => new Set([...[...stars].filter((k) => !keys.includes(k)), ...these]);
  const turned = (stars: ReadonlySet<string>) => withThese(stars, had.length === keys.length ? [] : keys);
  const write = async () => {
    try {
      const stars = turned(await readStars());
      await postText(SETTING, JSON.stringify([...stars].slice(-MOST_STARS)));
      if (writing === 1) useGallery.setState({ stars });
    } catch (e) {
      useGallery.setState(({ stars }) => ({ stars: withThese(stars, had) }));
      throw e;
    } finally {
      writing--;
    }
    if (useOutputs.getState().starred) await refreshOutputs();
  };
  writing++;
  useGallery.setState(({ stars }) => ({ stars: turned(stars) }));
  const turn = last.then(write, write);
  last = turn;
  return turn;
}
