// The words of the language that is chosen now.
import { useSettings } from '../app/settings.ts';
import type { Words } from './en.ts';
import { languages } from './languages.ts';

export function useWords(): Words {
  return languages[useSettings((s) => s.language)];
}
