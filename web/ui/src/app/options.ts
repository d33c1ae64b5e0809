// What a person can set, each said once: the dialog of settings and the palette read it.
import type { Words } from '../i18n/languages.ts';
import { usePreferences } from '../run/preferences.ts';
import { GRIDS, isTheme, useSettings } from './settings.ts';
import { dialogWords } from '../i18n/dialogs.ts';
import { roomWords } from '../i18n/room.ts';
import { choices } from '../i18n/words/choices.ts';

type Label = (words: Words) => string;

export interface Option {
  id: string;
  label: Label;
  hint?: Label;
  choices: readonly { value: string; label: Label; lang?: string }[];
  now: () => string;
  set: (value: string) => void;
}

const chosen = () => useSettings.getState().chosen;
const choose = (what: Parameters<ReturnType<typeof useSettings.getState>['choose']>[0]) => useSettings.getState().choose(what);
const onOff = [
  { value: 'on', label: (w: Words) => dialogWords(w).settings.on },
  { value: 'off', label: (w: Words) => dialogWords(w).settings.off },
] as const;

const LINKS = ['curved', 'straight', 'angled', 'hidden'] as const;
type Said = Exclude<keyof typeof choices.en, 'keys'>;
const say = (word: Said): Label => (w) => roomWords(choices, w)[word];

/** Asks the browser first; what it refuses stays off. */
async function notify(on: boolean) {
  const may = on && 'Notification' in window && (await Notification.requestPermission()) === 'granted';
  usePreferences.setState({ notify: may });
}

/** It is heard when it is chosen. */
async function sound(on: boolean) {
  usePreferences.setState({ sound: on });
  if (on) (await import('../run/sound.ts')).chime(true);
}

export const options: readonly Option[] = [
  {
    id: 'language',
    label: (w) => dialogWords(w).settings.language,
    hint: say('languageHint'),
    choices: [
      { value: '', label: (w) => dialogWords(w).settings.browser },
      { value: 'zh', label: () => '中文', lang: 'zh-Hans' },
      { value: 'en', label: () => 'English', lang: 'en' },
      { value: 'both', label: () => '中文 + English', lang: 'zh-Hans' },
    ],
    now: () => (chosen().language === 'zh' && chosen().both ? 'both' : (chosen().language ?? '')),
    set: (value) => choose({ language: value === 'both' ? 'zh' : value === 'zh' || value === 'en' ? value : undefined, both: value === 'both' || undefined }),
  },
  {
    id: 'theme',
    label: (w) => dialogWords(w).settings.theme,
    choices: [
      { value: '', label: (w) => dialogWords(w).settings.system },
      { value: 'light', label: (w) => dialogWords(w).settings.light },
      { value: 'dark', label: (w) => dialogWords(w).settings.dark },
      { value: 'grey', label: (w) => dialogWords(w).settings.grey },
      { value: 'contrast', label: (w) => w.theme.contrast },
    ],
    now: () => chosen().theme ?? '',
    set: (value) => choose({ theme: isTheme(value) ? value : undefined }),
  },
  {
    id: 'wheel',
    label: (w) => dialogWords(w).settings.wheel,
    hint: (w) => dialogWords(w).settings.wheelHint,
    choices: [
      { value: 'device', label: (w) => dialogWords(w).settings.wheelDevice },
      { value: 'zoom', label: (w) => dialogWords(w).settings.wheelZoom },
      { value: 'pan', label: (w) => dialogWords(w).settings.wheelPan },
    ],
    now: () => useSettings.getState().wheel,
    set: (value) => choose({ wheel: value === 'zoom' || value === 'pan' ? value : 'device' }),
  },
  {
    id: 'drag',
    label: say('drag'),
    hint: say('dragHint'),
    choices: [
      { value: 'frame', label: say('frame') },
      { value: 'pan', label: say('pan') },
    ],
    now: () => useSettings.getState().drag,
    set: (value) => choose({ drag: value === 'pan' ? 'pan' : 'frame' }),
  },
  {
    id: 'links',
    label: say('links'),
    hint: say('linksHint'),
    choices: LINKS.map((value) => ({ value, label: say(value) })),
    now: () => useSettings.getState().links,
    set: (value) => choose({ links: LINKS.find((l) => l === value) ?? 'curved' }),
  },
  {
    id: 'quiet',
    label: say('quiet'),
    hint: say('quietHint'),
    choices: onOff,
    now: () => (useSettings.getState().quiet ? 'on' : 'off'),
    set: (value) => choose({ quiet: value === 'on' }),
  },
  {
    id: 'snap',
    label: say('snap'),
    hint: say('snapHint'),
    choices: [
      { value: 'shift', label: say('shift') },
      { value: 'always', label: say('always') },
      { value: 'off', label: (w) => dialogWords(w).settings.off },
    ],
    now: () => useSettings.getState().snap,
    set: (value) => choose({ snap: value === 'always' || value === 'off' ? value : 'shift' }),
  },
  {
    id: 'grid',
    label: say('grid'),
    hint: say('gridHint'),
    choices: GRIDS.map((n) => ({ value: String(n), label: () => String(n) })),
    now: () => String(useSettings.getState().grid),
    set: (value) => choose({ grid: Number(value) }),
  },
  {
    id: 'autosave',
    label: (w) => dialogWords(w).settings.autosave,
    hint: (w) => dialogWords(w).settings.autosaveHint,
    choices: onOff,
    now: () => (useSettings.getState().autosave ? 'on' : 'off'),
    set: (value) => choose({ autosave: value === 'on' }),
  },
  {
    id: 'seeds',
    label: (w) => w.run.controls.title,
    choices: [
      { value: 'after', label: (w) => w.run.controls.after },
      { value: 'before', label: (w) => w.run.controls.before },
    ],
    now: () => usePreferences.getState().seeds,
    set: (value) => usePreferences.setState({ seeds: value === 'before' ? 'before' : 'after' }),
  },
  {
    id: 'notify',
    label: (w) => w.run.notify,
    choices: onOff,
    now: () => (usePreferences.getState().notify ? 'on' : 'off'),
    set: (value) => void notify(value === 'on'),
  },
  {
    id: 'sound',
    label: say('sound'),
    hint: say('soundHint'),
    choices: onOff,
    now: () => (usePreferences.getState().sound ? 'on' : 'off'),
    set: (value) => void sound(value === 'on'),
  },
];
