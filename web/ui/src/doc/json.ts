// JSON that loses nothing: what was read is written again as it stood. Values are plain data; integers that a number
// cannot hold are bigints. What plain data cannot say is noted beside it, by container: how a number was spelled (7.0,
// 1e5, Python's NaN, which is read as null), and the order of keys where JavaScript would change it ("10" before "2").
// A note counts as long as the value is the one it was made for.

export type Json = null | boolean | number | bigint | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}
export type Container = JsonObject | Json[];

/** How a text was laid out: `indent` "" is one line; `spaced` puts a space behind commas and colons. */
export interface Layout {
  indent: string;
  spaced: boolean;
  end: string;
}

interface Notes {
  spelled?: Map<string | number, string>;
  order?: readonly string[];
}

const MOST_DEEP = 1000;
const MOST_DIGITS = 400; // of an integer that is kept as one: a longer one would take time to read
const notes = new WeakMap<Container, Notes>();

function notesOf(of: Container): Notes {
  let found = notes.get(of);
  if (!found) notes.set(of, (found = {}));
  return found;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object without ancestors: "__proto__" is a key like any other. */
export function newObject(members: Record<string, Json> = {}): JsonObject {
  return Object.assign(Object.create(null) as JsonObject, members);
}

// ------------------------------------------------------------------ notes

/** The keys of an object, as they stood in the text; those that came later behind them. */
export function keysOf(of: JsonObject): string[] {
  const order = notes.get(of)?.order;
  if (!order) return Object.keys(of);
  const known = new Set(order);
  return [...order.filter((k) => Object.hasOwn(of, k)), ...Object.keys(of).filter((k) => !known.has(k))];
}

export function setKeyOrder(of: JsonObject, order: readonly string[]) {
  notesOf(of).order = order;
}

/** A key that is gone: should it come again, it comes last. */
export function forgetKey(of: JsonObject, key: string | number) {
  const noted = notes.get(of);
  if (noted?.order) noted.order = noted.order.filter((k) => k !== String(key));
}

/** How the number at `key` was spelled, where that is not how JavaScript would. */
export function spellingAt(of: Container, key: string | number): string | undefined {
  const spelled = notes.get(of)?.spelled?.get(key);
  const value = (of as Record<string | number, Json>)[key];
  if (spelled === undefined) return undefined;
  return isOdd(spelled) ? (value === null ? spelled : undefined) : Object.is(Number(spelled), value) ? spelled : undefined;
}

/** All spellings of a container, to be given back when a change is undone. */
export function spellingsOf(of: Container): ReadonlyMap<string | number, string> | undefined {
  return notes.get(of)?.spelled;
}

export function setSpellings(of: Container, spelled: ReadonlyMap<string | number, string> | undefined) {
  if (spelled) notesOf(of).spelled = new Map(spelled);
  else delete notes.get(of)?.spelled;
}

/** Array.splice, with the notes moving along. */
export function splice(of: Json[], at: number, n: number, ...added: Json[]): Json[] {
  const spelled = spellingsOf(of);
  if (spelled) {
    const moved = new Map<string | number, string>();
    for (const [key, text] of spelled)
      if (Number(key) < at) moved.set(key, text);
      else if (Number(key) >= at + n) moved.set(Number(key) - n + added.length, text);
    setSpellings(of, moved);
  }
  return of.splice(at, n, ...added);
}

const isOdd = (spelled: string) => /^-?[NI]/.test(spelled);

/** A deep copy with its notes. */
export function copy<T extends Json>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  const to: Container = Array.isArray(value) ? [] : newObject();
  for (const key of Object.keys(value))
    (to as Record<string, Json>)[key] = copy((value as Record<string, Json>)[key] as Json);
  const noted = notes.get(value);
  if (noted) {
    setSpellings(to, noted.spelled);
    if (noted.order && !Array.isArray(to)) setKeyOrder(to, noted.order);
  }
  return to as T;
}

// ------------------------------------------------------------------ reading

/** What is wrong with a text, and where: lines and columns count from 1. */
export type JsonFault = SyntaxError & {
  what: 'value' | 'end' | 'text' | 'key' | 'separator' | 'depth';
  line: number;
  column: number;
};

function faultAt(text: string, at: number, what: JsonFault['what']): JsonFault {
  const before = text.slice(0, at).split('\n');
  const [line, column] = [before.length, (before.at(-1)?.length ?? 0) + 1];
  return Object.assign(new SyntaxError(`JSON, line ${line}, column ${column}: ${what}`), { what, line, column });
}

/** Throws a JsonFault. */
export function parse(text: string): Json {
  const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
  const word = /true|false|null|NaN|-?Infinity/y;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let spelled: string | undefined; // of the value that was read last

  const fail = (what: JsonFault['what']) => faultAt(text, at, what);
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const skip = () => {
    for (let c = text.charCodeAt(at); c === 32 || c === 10 || c === 13 || c === 9; c = text.charCodeAt(at)) at++;
  };

  function readText(): string {
    const from = at++;
    let escaped = false;
    for (;;) {
      const c = text.charCodeAt(at);
      if (!(c >= 32)) throw fail('text'); // control characters, and NaN at the end
      at++;
      if (c === 34) break;
      if (c === 92) {
        escaped = true;
        at++;
      }
    }
    if (!escaped) return text.slice(from + 1, at - 1);
    try {
      return JSON.parse(text.slice(from, at)) as string;
    } catch {
      at = from;
      throw fail('text');
    }
  }

  function readNumber(): number | bigint | undefined {
    const [all, part, power] = take(number) ?? [];
    if (all === undefined) return undefined;
    const n = Number(all);
    if (!part && !power && !Number.isSafeInteger(n) && all.length <= MOST_DIGITS) return BigInt(all);
    if (String(n) !== all) spelled = all;
    return n;
  }

  function readWord(): Json {
    const found = take(word)?.[0];
    if (found === undefined) throw fail(at < text.length ? 'value' : 'end');
    if (found === 'true' || found === 'false') return found === 'true';
    if (found !== 'null') spelled = found;
    return null;
  }

  /** After a value: on to the next one, or the end. */
  function more(end: number): boolean {
    skip();
    const c = text.charCodeAt(at);
    if (c !== 44 && c !== end) throw fail('separator');
    at++;
    skip();
    return c === 44;
  }

  function put(of: Container, key: string | number, value: Json) {
    (of as Record<string | number, Json>)[key] = value;
    if (spelled === undefined) notes.get(of)?.spelled?.delete(key);
    else (notesOf(of).spelled ??= new Map()).set(key, spelled);
    spelled = undefined;
  }

  function readArray(depth: number): Json[] {
    const to: Json[] = [];
    at++;
    skip();
    if (text[at] === ']') at++;
    else
      do put(to, to.length, readValue(depth));
      while (more(93));
    return to;
  }

  function readObject(depth: number): JsonObject {
    const to = newObject();
    const keys: string[] = [];
    at++;
    skip();
    if (text[at] === '}') at++;
    else
      do {
        if (text[at] !== '"') throw fail('key');
        const key = readText();
        skip();
        if (text[at] !== ':') throw fail('separator');
        at++;
        skip();
        keys.push(key);
        put(to, key, readValue(depth));
      } while (more(125));
    if (keys.some((k) => /^\d/.test(k))) setKeyOrder(to, [...new Set(keys)]);
    return to;
  }

  function readValue(depth: number): Json {
    if (depth > MOST_DEEP) throw fail('depth');
    const c = text[at];
    if (c === '"') return readText();
    if (c === '{') return readObject(depth + 1);
    if (c === '[') return readArray(depth + 1);
    return readNumber() ?? readWord();
  }

  skip();
  const value = readValue(0);
  skip();
  if (at < text.length) throw fail('end');
  return value;
}

// ------------------------------------------------------------------ writing

/** How a text is laid out, by its beginning and its end. */
export function layoutOf(text: string): Layout {
  const indent = /^\uFEFF?\s*[[{]\r?\n([ \t]+)/.exec(text)?.[1] ?? '';
  const spaced = indent !== '' || /^\uFEFF?\s*\{\s*"(?:[^"\\]|\\.)*":\s/.test(text);
  return { indent, spaced, end: text.endsWith('\n') ? '\n' : '' };
}

const COMPACT: Layout = { indent: '', spaced: false, end: '' };

function numberText(n: number): string {
  return Number.isFinite(n) ? String(n) : 'null';
}

/** A value's text. */
export function print(value: Json, layout: Layout = COMPACT): string {
  const { indent, spaced } = layout;
  const colon = spaced ? ': ' : ':';
  const comma = spaced && !indent ? ', ' : ',';
  const out: string[] = [];

  function list(of: Container, keys: readonly (string | number)[], open: string, close: string, margin: string) {
    const inner = indent && keys.length ? `\n${margin}${indent}` : '';
    out.push(open);
    keys.forEach((key, i) => {
      out.push(i ? comma : '', inner);
      if (typeof key === 'string') out.push(JSON.stringify(key), colon);
      const spelled = spellingAt(of, key);
      if (spelled !== undefined) out.push(spelled);
      else write((of as Record<string | number, Json>)[key] as Json, margin + indent);
    });
    out.push(inner && `\n${margin}`, close);
  }
  function write(v: Json, margin: string) {
    if (Array.isArray(v)) list(v, Array.from(v.keys()), '[', ']', margin);
    else if (typeof v === 'object' && v !== null) list(v, keysOf(v), '{', '}', margin);
    else if (typeof v === 'number') out.push(numberText(v));
    else if (typeof v === 'bigint') out.push(String(v));
    else out.push(JSON.stringify(v ?? null));
  }
  write(value, '');
  out.push(layout.end);
  return out.join('');
}
