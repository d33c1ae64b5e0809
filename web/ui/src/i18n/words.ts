// The words of the language that is chosen now.
import { useSettings } from '../app/settings.ts';
import { languages, type Words } from './languages.ts';

export function useWords(): Words {
  return languages[useSettings((s) => s.language)];
}

/** For what is not drawn. */
export function wordsNow(): Words {
  return languages[useSettings.getState().language];
}
