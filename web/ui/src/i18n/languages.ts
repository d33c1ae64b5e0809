// The languages there are, what each room of the first load says in them, and which one a browser asks for.
import { app } from './words/app.ts';
import { canvas } from './words/canvas.ts';
import { defs } from './words/defs.ts';
import { run } from './words/run.ts';
import { shell } from './words/shell.ts';
import { views } from './words/views.ts';
import { widgets } from './words/widgets.ts';

function all<L extends 'en' | 'zh'>(language: L) {
  return {
    ...shell[language],
    app: app[language],
    canvas: canvas[language],
    defs: defs[language],
    run: run[language],
    views: views[language],
    widgets: widgets[language],
  };
}

export const languages = {
  en: { locale: 'en', name: 'English', ...all('en') },
  zh: { locale: 'zh-Hans', name: '中文', ...all('zh') },
};

/** The Chinese words have come. */
export function fill() {
  Object.assign(languages.zh, all('zh'));
}

export type Words = (typeof languages)['en'];
export type Language = keyof typeof languages;
/** What things are called: as the page speaks, or by both names, «K 采样器 KSampler». */
export type Naming = Language | 'both';

/** The first language of a browser's list that is one of ours. */
export function languageOf(wanted: readonly string[]): Language {
  return wanted.find((l) => /^(zh|en)\b/i.test(l))?.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
