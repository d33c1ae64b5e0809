// Chords of keys as commands name them ("Ctrl+Shift+Z"): which event is one, and how it is shown.

export interface Press {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

const PUNCTUATION: Record<string, string> = {
  Period: '.', Comma: ',', Slash: '/', Equal: '=', Minus: '-', Semicolon: ';', Quote: "'", BracketLeft: '[', BracketRight: ']',
};
const SIGNS: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' };

/** What a key would be on a keyboard of Latin letters, whatever layout or Alt makes of it. */
export function latinOf(code: string): string {
  return /^(?:Key|Digit)(.)$/.exec(code)?.[1]?.toLowerCase() ?? PUNCTUATION[code] ?? '';
}

function parts(chord: string): { mods: Set<string>; key: string } {
  const at = chord.lastIndexOf('+', chord.length - 2);
  return { mods: new Set(at < 0 ? [] : chord.slice(0, at).split('+')), key: chord.slice(at + 1) };
}

/** On a Mac Ctrl is Cmd, but for Ctrl+M, which is the system's there. */
export function isChord(chord: string, press: Press, mac: boolean): boolean {
  const { mods, key } = parts(chord);
  const cmd = mac && !/^m$/i.test(key);
  const wanted = key.toLowerCase();
  const typed = press.key.toLowerCase() === wanted;
  const free = typed && key.length === 1 && !/[a-z0-9]/i.test(key); // a sign that some layouts have behind Shift

  if (mods.has('Ctrl') !== (cmd ? press.metaKey : press.ctrlKey) || (cmd ? press.ctrlKey : press.metaKey)) return false;
  if (mods.has('Alt') !== press.altKey) return false;
  if (mods.has('Shift') !== press.shiftKey && !(free && !mods.has('Shift'))) return false;
  return typed || (key.length === 1 && latinOf(press.code) === wanted && (mods.has('Shift') || !press.shiftKey || /[a-z0-9]/.test(wanted)));
}

/** As it stands in menus: "Ctrl+Shift+Z", on a Mac "⇧⌘Z". */
export function shown(chord: string, mac: boolean): string {
  const { mods, key } = parts(chord);
  const name = SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  if (!mac) return [...mods, name].join('+');
  const control = /^m$/i.test(key) ? '⌃' : '⌘';
  return `${mods.has('Alt') ? '⌥' : ''}${mods.has('Shift') ? '⇧' : ''}${mods.has('Ctrl') ? control : ''}${name}`;
}
