// What a person has chosen for this browser: language, theme, how the canvas answers to a hand. Kept in localStorage; a
// language and a theme that were never chosen follow the browser. public/first.js does the same before the first picture.
import { create } from 'zustand';
import { loadNames } from '../defs/labels.ts';
import { languageOf, type Language, type Naming } from '../i18n/languages.ts';

export const themes = ['light', 'dark', 'grey', 'contrast'] as const;
export type Theme = (typeof themes)[number];
export const isTheme = (of: unknown): of is Theme => themes.includes(of as Theme);
export type Wheel = 'device' | 'zoom' | 'pan'; // of a mouse it zooms and of a trackpad it moves; or always one of the two
export type LinkStyle = 'curved' | 'straight' | 'angled' | 'hidden';
export type Snap = 'shift' | 'always' | 'off'; // to the grid, while Shift is held; or, with Shift for the opposite, all the time
export interface Choices {
  wheel: Wheel;
  drag: 'frame' | 'pan'; // with the left button, on the ground
  tool: 'select' | 'hand';
  autosave: boolean;
  links: LinkStyle;
  quiet: boolean; // links that have nothing to do with the selection stand back
  snap: Snap;
  grid: number; // in the file's units
  keys: Readonly<Record<string, readonly string[]>>; // of commands that a person gave others than they were made with
  keysAt: number; // when, in ms since 1970
}
interface Chosen extends Partial<Choices> {
  language?: Language | undefined; // undefined: the browser's
  both?: true | undefined; // in Chinese, nodes and inputs have their English names, too
  theme?: Theme | undefined;
}
interface Settings extends Choices {
  chosen: Chosen;
  language: Language;
  naming: Naming;
  theme: 'light' | 'dark'; // which of the two the colours are like
  colours: string; // another text when they are others
  choose(what: Chosen): void;
}

export const GRIDS = [5, 8, 10, 16, 20, 24, 32, 50];
const KEY = 'limn.settings';
const wishes = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'].map((q) => matchMedia(q)); // of the system
const wished = (n: number) => wishes[n]?.matches === true;
const KNOWN: Readonly<Record<string, readonly unknown[]>> = {
  language: ['en', 'zh'], both: [true], theme: themes, wheel: ['zoom', 'pan'], drag: ['pan'], tool: ['hand'], autosave: [true],
  links: ['straight', 'angled', 'hidden'], quiet: [true], snap: ['always', 'off'], grid: GRIDS,
};

const isRecord = (of: unknown): of is Record<string, unknown> => typeof of === 'object' && of !== null;

/** Keys of commands as somebody keeps them; what is none is left out. */
export function readKeys(of: unknown): Choices['keys'] {
  const lists = Object.entries(isRecord(of) ? of : {}).filter(([, keys]) => Array.isArray(keys) && keys.every((k) => typeof k === 'string'));
  return Object.fromEntries(lists) as Choices['keys'];
}

function read(): Chosen {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (!isRecord(kept)) return {};
    const chosen = Object.entries(KNOWN).filter(([key, all]) => all.includes(kept[key])).map(([key]) => [key, kept[key]] as const);
    return { ...Object.fromEntries(chosen), keys: readKeys(kept['keys']), keysAt: Number(kept['keysAt']) || 0 };
  } catch {
    return {};
  }
}

function write(chosen: Chosen) {
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
}

const USUAL: Choices = { wheel: 'device', drag: 'frame', tool: 'select', autosave: false, links: 'curved', quiet: false, snap: 'shift', grid: 10, keys: {}, keysAt: 0 };
const settled = (chosen: Chosen, language = chosen.language ?? languageOf(navigator.languages)) => ({
  ...USUAL,
  ...chosen,
  chosen,
  language,
  naming: (language === 'zh' && chosen.both ? 'both' : language) as Naming,
  theme: (chosen.theme === 'dark' || ((chosen.theme ?? 'contrast') === 'contrast' && wished(0)) ? 'dark' : 'light') as Settings['theme'],
  colours: `${chosen.theme} ${wishes.map((w) => w.matches)}`,
});

let wanted = read(); // its language may still be on its way

/** Chinese has names that are loaded first, and what is chosen meanwhile comes with it; a server that is gone is no reason to stay
 * with English. */
function settle(chosen: Chosen, { language }: Settings, set: (what: ReturnType<typeof settled>) => void) {
  const next = settled((wanted = chosen));
  if (next.language === 'en' || next.language === language) set(next);
  else void loadNames(next.language).catch(console.warn).then(() => wanted === chosen && set(next));
}

export const useSettings = create<Settings>((set, get) => ({
  ...settled(wanted),
  choose: (what) => {
    const chosen = { ...wanted, ...what };
    write(chosen);
    settle(chosen, get(), set);
  },
}));

function show({ chosen, language }: Settings) {
  const page = document.documentElement;
  page.lang = language === 'zh' ? 'zh-Hans' : 'en';
  page.dataset['theme'] = chosen.theme ?? '';
  page.dataset['contrast'] = chosen.theme === 'contrast' || (wished(1) && chosen.theme !== 'grey') ? 'more' : '';
}

/** The page follows the settings, the system's theme and contrast, and what another tab of it chooses. */
export function followSettings() {
  show(useSettings.getState());
  useSettings.subscribe(show);
  for (const wish of wishes) wish.addEventListener('change', () => useSettings.setState(settled(useSettings.getState().chosen)));
  addEventListener('storage', (e) => e.key === KEY && settle(read(), useSettings.getState(), useSettings.setState));
}
