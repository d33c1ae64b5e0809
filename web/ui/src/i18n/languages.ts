// The languages there are, and which one a browser asks for.
import { en, type Words } from './en.ts';
import { zh } from './zh.ts';

export const languages = { en, zh } as const satisfies Record<string, Words>;
export type Language = keyof typeof languages;

/** The first language of a browser's list that is one of ours. */
export function languageOf(wanted: readonly string[]): Language {
  return wanted.find((l) => /^(zh|en)\b/i.test(l))?.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
