// The words of a room that comes when it is asked for: it brings them itself, so they are not in the first load.
import { useSettings } from '../app/settings.ts';
import type { Both } from './both.ts';
import type { Words } from './languages.ts';

export function useRoom<T>(room: Both<T>): T {
  return room[useSettings((s) => s.language)];
}

/** Beside the page's words of a language, those of a room. */
export function roomWords<T>(room: Both<T>, words: Words): T {
  return words.locale === 'en' ? room.en : room.zh;
}
