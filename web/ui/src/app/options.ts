// What a person can set, each said once: the dialog of settings and the palette read it.
import type { Words } from '../i18n/languages.ts';
import { askToNotify } from '../run/notifying.ts';
import { usePreferences } from '../run/preferences.ts';
import { GRIDS, isTheme, useSettings, type Choices } from './settings.ts';
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
type Said = Exclude<keyof typeof choices.en, 'keys'>;
const say = (word: Said): Label => (w) => roomWords(choices, w)[word];
type Dialogs = ReturnType<typeof dialogWords>['settings'];
const said = (word: { [K in keyof Dialogs]: Dialogs[K] extends string ? K : never }[keyof Dialogs]): Label => (w) => dialogWords(w).settings[word];

/** One of a few words; the first is what it is without a choice. */
function oneOf<K extends 'wheel' | 'drag' | 'links' | 'snap'>(id: K, label: Label, hint: Label, choices: readonly { value: Choices[K]; label: Label }[]): Option {
  const of = (value: string) => (choices.find((c) => c.value === value) ?? choices[0])?.value;
  return { id, label, hint, choices, now: () => useSettings.getState()[id], set: (value) => choose({ [id]: of(value) }) };
}

const onOff = [{ value: 'on', label: said('on') }, { value: 'off', label: said('off') }];

function onOrOff(id: string, label: Label, is: () => boolean, set: (on: boolean) => unknown, hint?: Label): Option {
  return { id, label, ...(hint ? { hint } : {}), choices: onOff, now: () => (is() ? 'on' : 'off'), set: (value) => void set(value === 'on') };
}

/** It is heard when it is chosen. */
async function sound(on: boolean) {
  usePreferences.setState({ sound: on });
  if (on) (await import('../run/sound.ts')).chime(true);
}

export const options: readonly Option[] = [
  {
    id: 'language',
    label: said('language'),
    hint: say('languageHint'),
    choices: [
      { value: '', label: said('browser') },
      { value: 'zh', label: () => '中文', lang: 'zh-Hans' },
      { value: 'en', label: () => 'English', lang: 'en' },
      { value: 'both', label: () => '中文 + English', lang: 'zh-Hans' },
    ],
    now: () => (chosen().language === 'zh' && chosen().both ? 'both' : (chosen().language ?? '')),
    set: (value) => choose({ language: value === 'both' ? 'zh' : value === 'zh' || value === 'en' ? value : undefined, both: value === 'both' || undefined }),
  },
  {
    id: 'theme',
    label: said('theme'),
    choices: [
      { value: '', label: said('system') },
      { value: 'light', label: said('light') },
      { value: 'dark', label: said('dark') },
      { value: 'grey', label: said('grey') },
      { value: 'contrast', label: (w) => w.theme.contrast },
    ],
    now: () => chosen().theme ?? '',
    set: (value) => choose({ theme: isTheme(value) ? value : undefined }),
  },
  oneOf('wheel', said('wheel'), said('wheelHint'), [
    { value: 'device', label: said('wheelDevice') },
    { value: 'zoom', label: said('wheelZoom') },
    { value: 'pan', label: said('wheelPan') },
  ]),
  oneOf('drag', say('drag'), say('dragHint'), [{ value: 'frame', label: say('frame') }, { value: 'pan', label: say('pan') }]),
  oneOf('links', say('links'), say('linksHint'), (['curved', 'straight', 'angled', 'hidden'] as const).map((value) => ({ value, label: say(value) }))),
  onOrOff('quiet', say('quiet'), () => useSettings.getState().quiet, (quiet) => choose({ quiet }), say('quietHint')),
  oneOf('snap', say('snap'), say('snapHint'), [
    { value: 'shift', label: say('shift') },
    { value: 'always', label: say('always') },
    { value: 'off', label: said('off') },
  ]),
  {
    id: 'grid',
    label: say('grid'),
    hint: say('gridHint'),
    choices: GRIDS.map((n) => ({ value: String(n), label: () => String(n) })),
    now: () => String(useSettings.getState().grid),
    set: (value) => choose({ grid: Number(value) }),
  },
  onOrOff('autosave', said('autosave'), () => useSettings.getState().autosave, (autosave) => choose({ autosave }), said('autosaveHint')),
  {
    id: 'seeds',
    label: (w) => w.run.controls.title,
    choices: (['after', 'before'] as const).map((value) => ({ value, label: (w) => w.run.controls[value] })),
    now: () => usePreferences.getState().seeds,
    set: (value) => usePreferences.setState({ seeds: value === 'before' ? 'before' : 'after' }),
  },
  onOrOff('notify', (w) => w.run.notify, () => usePreferences.getState().notify, askToNotify),
  onOrOff('sound', say('sound'), () => usePreferences.getState().sound, sound, say('soundHint')),
];
