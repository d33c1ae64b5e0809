// What a person has chosen for this browser: language, theme, how the canvas answers to a hand. Kept in localStorage; a
// language and a theme that were never chosen follow the browser. public/first.js reads the same text before the first picture.
import { create } from 'zustand';
import { loadNames } from '../defs/labels.ts';
import { languageOf, type Language } from '../i18n/languages.ts';

export type Theme = 'light' | 'dark';
export type Wheel = 'device' | 'zoom' | 'pan'; // of a mouse it zooms and of a trackpad it moves; or always one of the two
interface Chosen {
  language?: Language | undefined; // undefined: the browser's
  theme?: Theme | undefined;
  wheel?: Wheel;
  autosave?: boolean;
}
interface Settings {
  chosen: Chosen;
  language: Language;
  theme: Theme;
  wheel: Wheel;
  autosave: boolean;
  choose(what: Chosen): void;
}

const KEY = 'limn.settings';
const dark = matchMedia('(prefers-color-scheme: dark)');

function read(): Chosen {
  try {
    const { language, theme, wheel, autosave } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, unknown>;
    return {
      ...(language === 'en' || language === 'zh' ? { language } : {}),
      ...(theme === 'light' || theme === 'dark' ? { theme } : {}),
      ...(wheel === 'zoom' || wheel === 'pan' ? { wheel } : {}),
      ...(autosave === true ? { autosave } : {}),
    };
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

const settled = (chosen: Chosen) => ({
  chosen,
  language: chosen.language ?? languageOf(navigator.languages),
  theme: chosen.theme ?? (dark.matches ? 'dark' : 'light'),
  wheel: chosen.wheel ?? 'device',
  autosave: chosen.autosave ?? false,
});

/** Chinese has names that are loaded first; a server that is gone is no reason to stay with English. */
function settle(chosen: Chosen, set: (what: ReturnType<typeof settled>) => void) {
  const next = settled(chosen);
  if (next.language === 'en') set(next);
  else void loadNames(next.language).catch(console.warn).then(() => set(next));
}

export const useSettings = create<Settings>((set, get) => ({
  ...settled(read()),
  choose: (what) => {
    const chosen = { ...get().chosen, ...what };
    write(chosen);
    settle(chosen, set);
  },
}));

function show({ chosen, language }: Settings) {
  const page = document.documentElement;
  page.lang = language === 'zh' ? 'zh-Hans' : 'en';
  if (chosen.theme) page.dataset['theme'] = chosen.theme;
  else delete page.dataset['theme'];
}

/** The page follows the settings, the browser's theme, and what another tab of it chooses. */
export function followSettings() {
  show(useSettings.getState());
  useSettings.subscribe(show);
  dark.addEventListener('change', () => useSettings.setState(settled(useSettings.getState().chosen)));
  addEventListener('storage', (e) => e.key === KEY && settle(read(), useSettings.setState));
}
