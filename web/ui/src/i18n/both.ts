// What a room says, in each language: English is the source of the keys, another language has the same ones, or tsc fails.

export interface Both<T> {
  en: T;
  zh: T;
}

/** In the build the Chinese words of the first load come later (vite.config.ts): until then it is English. */
export function both<T extends object>(en: T, zh: NoInfer<T>): Both<T> {
  return { en, zh: (zh as T | undefined) ?? en };
}
