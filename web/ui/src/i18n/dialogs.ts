// The words of what comes when it is asked for: dialogs, panels, the palette.
import { useSettings } from '../app/settings.ts';
import type { Words } from './languages.ts';
import { dialogs } from './words/dialogs.ts';

export type DialogWords = (typeof dialogs)['en'];

export function useDialogWords(): DialogWords {
  return dialogs[useSettings((s) => s.language)];
}

/** Beside the page's words of a language, those of dialogs. */
export function dialogWords(words: Words): DialogWords {
  return words.locale === 'en' ? dialogs.en : dialogs.zh;
}
