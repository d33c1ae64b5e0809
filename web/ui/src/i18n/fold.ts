// Texts as they are compared with what somebody types.

/** In small letters, and as narrow as on other keyboards what a Chinese one writes wide: （ＡＢ） is (ab). */
export const fold = (text: string) => text.normalize('NFKC').toLowerCase();
