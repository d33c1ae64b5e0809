// Keys that a person gives to commands: which press is which chord, which chords are not to be had, and where the choice is kept:
// in this browser, for the page's first moment, and with the server, for all browsers. The younger of the two counts.
import { member, getJson, numberAt, postText } from '../net/http.ts';
import { isChord, latinOf, type Press } from './chords.ts';
import type { Command } from './command.ts';
import { keysOf, onMac } from './bound.ts';
import { readKeys, useSettings } from './settings.ts';

const SETTING = 'settings/limn.keys';
const LONE = /^(Control|Shift|Alt|Meta|AltGraph|CapsLock|NumLock|ScrollLock|Fn|Hyper|Super|Symbol.*|Dead|Process|Unidentified)$/;

/** As a command would name it; undefined: a modifier alone, or what no chord can say. */
export function chordOf(press: Press, mac = onMac): string | undefined {
  if (LONE.test(press.key)) return undefined;
  const key = /^[a-z0-9]$/i.test(press.key) ? press.key : latinOf(press.code) || press.key;
  const control = press.ctrlKey || (mac && press.metaKey);
  const mods = [control && 'Ctrl', press.altKey && 'Alt', press.shiftKey && 'Shift'].filter((m) => m !== false);
  const chord = [...mods, key.length === 1 ? key.toUpperCase() : key].join('+');
  return isChord(chord, press, mac) ? chord : undefined;
}

const TAKEN: readonly (readonly [RegExp, 'browser' | 'clipboard' | 'page'])[] = [
  [/^Ctrl\+(Shift\+)?([NTW]|Tab|PageUp|PageDown)$|^Alt\+(F4|Tab)$|^Ctrl\+Q$/, 'browser'],
  [/^Ctrl\+(Shift\+)?V$|^Ctrl\+[CX]$|^(Ctrl|Shift)\+Insert$/, 'clipboard'],
  [/^(Shift\+)?(Tab|Escape)$|^(Ctrl\+|Alt\+|Shift\+)* $/, 'page'],
];

/** Whose a chord is that no command can have. */
export function takenBy(chord: string): 'browser' | 'clipboard' | 'page' | undefined {
  return TAKEN.find(([those]) => those.test(chord))?.[1];
}

const CODES: Record<string, string> = { '?': 'Slash', '>': 'Period', '<': 'Comma', ':': 'Semicolon', '"': 'Quote', '+': 'Equal' };
const SIGN_CODES: Record<string, string> = { '/': 'Slash', '.': 'Period', ',': 'Comma', ';': 'Semicolon', "'": 'Quote', '=': 'Equal', '-': 'Minus', '[': 'BracketLeft', ']': 'BracketRight' };

/** A press that would be the chord, on a keyboard of Latin letters. */
export function pressOf(chord: string, mac = onMac): Press {
  const at = chord.lastIndexOf('+', chord.length - 2);
  const mods = at < 0 ? [] : chord.slice(0, at).split('+');
  const key = chord.slice(at + 1);
  const upper = CODES[key];
  const code = upper ?? SIGN_CODES[key] ?? (/^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : /^\d$/.test(key) ? `Digit${key}` : '');
  const cmd = mac && mods.includes('Ctrl') && !/^m$/i.test(key);
  return {
    key, code, ctrlKey: mods.includes('Ctrl') && !cmd, metaKey: cmd, altKey: mods.includes('Alt'),
    shiftKey: mods.includes('Shift') || upper !== undefined,
  };
}

/** Who else answers to it. */
export function ownersOf(press: Press, commands: readonly Command[], but?: Command): Command[] {
  return commands.filter((c) => c !== but && keysOf(c).some((k) => isChord(k, press, onMac)));
}

// ------------------------------------------------------------------ changing and keeping them

const alike = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((k, i) => k === b[i]);

export const isChanged = (command: Command) => !alike(keysOf(command), command.keys ?? []);

/** Younger than what was chosen before, whatever the clocks of browsers say. */
function choose(keys: ReturnType<typeof readKeys>) {
  const { keysAt, choose: keep } = useSettings.getState();
  keep({ keys, keysAt: Math.max(Date.now(), keysAt + 1) });
  void meetKept();
}

/** What a command was made with is not noted. */
function put(changes: readonly (readonly [Command, readonly string[]])[]) {
  const keys = { ...useSettings.getState().keys };
  for (const [command, list] of changes)
    if (alike(list, command.keys ?? [])) delete keys[command.id];
    else keys[command.id] = list;
  choose(keys);
}

const without = (command: Command, press: Press) => keysOf(command).filter((k) => !isChord(k, press, onMac));

/** The command answers to it from now on, and of the others none. */
export function bind(command: Command, chord: string, owners: readonly Command[]) {
  const press = pressOf(chord);
  put([...owners.map((o) => [o, without(o, press)] as const), [command, [...without(command, press), chord]]]);
}

export function unbind(command: Command, chord: string) {
  put([[command, keysOf(command).filter((k) => k !== chord)]]);
}

/** As it was made; who has one of these keys now loses it. */
export function reset(command: Command, commands: readonly Command[]) {
  const back = command.keys ?? [];
  const losers = commands.filter((c) => c !== command && back.some((k) => without(c, pressOf(k)).length < keysOf(c).length));
  put([...losers.map((c) => [c, keysOf(c).filter((k) => !back.some((b) => isChord(k, pressOf(b), onMac)))] as const), [command, back]]);
}

export function resetAll() {
  choose({});
}

/** What the server has and what this browser has become the younger of the two. */
export async function meetKept() {
  try {
    const kept = await getJson(SETTING);
    const at = numberAt(kept, 'at') ?? 0;
    const mine = useSettings.getState();
    if (at > mine.keysAt) mine.choose({ keys: readKeys(member(kept, 'keys')), keysAt: at });
    else if (at < mine.keysAt) await postText(SETTING, JSON.stringify({ at: mine.keysAt, keys: mine.keys }));
  } catch (e) {
    console.warn(e); // they are in this browser meanwhile, and meet again at the next visit
  }
}
