// Texts of files and of the server are in whatever language they are: which, where it is not the page's.
import type { Naming } from './languages.ts';

/** As an element's `lang`; undefined: the page's own, or none can be told. */
export function langOf(text: string, language: Naming): string | undefined {
  if (/[\u3040-\u30ff]/.test(text)) return 'ja';
  if (/\p{Script=Han}/u.test(text)) return language === 'en' ? 'zh-Hans' : undefined;
  return language !== 'en' && /[a-z]{2}/i.test(text) ? 'en' : undefined;
}
