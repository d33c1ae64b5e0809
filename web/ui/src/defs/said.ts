// What stands for an English sentence in the built table of Chinese ones, which would be half as large again with all of them.

/** 32 bits as letters. Source: FNV-1a, of UTF-16 units. */
export function sumOf(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h >>> 0).toString(36);
}
