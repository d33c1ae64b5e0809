// Where films, sounds and models in three dimensions keep texts. Bytes are hostile: every length is held against what is there.
import { isObject, parse, print } from '../doc/json.ts';
import { exifOf, joined } from './containers.ts';

const latin = new TextDecoder('latin1');
const utf8 = new TextDecoder();
const MOST_COMMENTS = 10_000;
const MOST_PACKET = 64 << 20;

export type Texts = Map<string, string>;

const textAt = (bytes: Uint8Array, from: number, length: number) => latin.decode(bytes.subarray(from, from + length));
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const put = (texts: Texts, key: string, value: string) => void texts.set(key.toLowerCase(), value.replace(/\0+$/, ''));

// ------------------------------------------------------------------ MP4, MOV, AVIF

interface Box {
  type: string;
  number: number; // the same, as a number
  data: Uint8Array;
}

function* boxesOf(bytes: Uint8Array): Generator<Box> {
  const view = viewOf(bytes);
  for (let at = 0; at + 8 <= bytes.length; ) {
    const [short, number] = [view.getUint32(at), view.getUint32(at + 4)];
    const head = short === 1 ? 16 : 8;
    if (at + head > bytes.length) return;
    const size = short === 0 ? bytes.length - at : short === 1 ? Number(view.getBigUint64(at + 8)) : short;
    if (size < head) return;
    yield { type: textAt(bytes, at + 4, 4), number, data: bytes.subarray(at + head, at + size) };
    at += size;
  }
}

const inside = (bytes: Uint8Array, type: string): Uint8Array[] => [...boxesOf(bytes)].filter((b) => b.type === type).map((b) => b.data);

/** The names of "mdta" items: the first is number 1. */
function keysOf(data: Uint8Array): string[] {
  const view = viewOf(data);
  const keys: string[] = [];
  for (let at = 8; at + 8 <= data.length; ) {
    const size = view.getUint32(at);
    if (size < 8) break;
    keys.push(utf8.decode(data.subarray(at + 8, at + size)));
    at += size;
  }
  return keys;
}

function itemsOf(meta: Uint8Array, texts: Texts) {
  const plain = textAt(meta, 4, 4) === 'hdlr' ? meta : meta.subarray(4); // QuickTime's has no version before its boxes
  const keys = inside(plain, 'keys').flatMap(keysOf);
  for (const item of inside(plain, 'ilst').flatMap((list) => [...boxesOf(list)])) {
    const name = inside(item.data, 'name')[0];
    const key = item.type === '----' && name ? utf8.decode(name.subarray(4)) : keys[item.number - 1];
    const value = inside(item.data, 'data')[0];
    if (key !== undefined && value) put(texts, key, utf8.decode(value.subarray(8)));
  }
}

/** The Exif item of a still picture, wherever it lies: it begins with the word and the mark of its byte order. */
function stillExif(bytes: Uint8Array): Uint8Array | undefined {
  for (let at = bytes.indexOf(0x45); at >= 0; at = bytes.indexOf(0x45, at + 1))
    if (/^Exif\0\0(II\*\0|MM\0\*)/.test(textAt(bytes, at, 10))) return bytes.subarray(at);
  return undefined;
}

export function mp4Texts(bytes: Uint8Array): Texts {
  if (/avi[fs]|mif1|hei[cx]/.test(textAt(bytes, 8, 4))) return exifOf(stillExif(bytes));
  const texts: Texts = new Map();
  for (const moov of inside(bytes, 'moov'))
    for (const meta of [...inside(moov, 'meta'), ...inside(moov, 'udta').flatMap((u) => inside(u, 'meta'))]) itemsOf(meta, texts);
  return texts;
}

// ------------------------------------------------------------------ WebM, Matroska

const [SEGMENT, TAGS, TAG, SIMPLE, NAME, STRING] = [0x18538067, 0x1254c367, 0x7373, 0x67c8, 0x45a3, 0x4487];

/** A number of EBML's: as many bytes as its first one has leading zeros, and one. */
function ebmlNumber(bytes: Uint8Array, at: number, marked: boolean): { value: number; length: number } | undefined {
  const first = bytes[at] ?? 0;
  const length = Math.clz32(first) - 23;
  if (first === 0 || at + length > bytes.length) return undefined;
  let value = marked ? first : first & (0xff >> length);
  let whole = !marked && value === 0xff >> length; // all ones: nobody knew
  for (let i = 1; i < length; i++) {
    value = value * 256 + bytes[at + i]!;
    whole &&= bytes[at + i] === 0xff;
  }
  return { value: whole ? Infinity : value, length };
}

function* elementsOf(bytes: Uint8Array, wanted: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const id = ebmlNumber(bytes, at, true);
    const size = id && ebmlNumber(bytes, at + id.length, false);
    if (!id || !size) return;
    const from = at + id.length + size.length;
    if (id.value === wanted) yield bytes.subarray(from, from + size.value);
    at = from + size.value;
  }
}

const within = (of: Iterable<Uint8Array>, id: number): Uint8Array[] => [...of].flatMap((bytes) => [...elementsOf(bytes, id)]);

export function webmTexts(bytes: Uint8Array): Texts {
  const texts: Texts = new Map();
  for (const simple of within(within(within(elementsOf(bytes, SEGMENT), TAGS), TAG), SIMPLE)) {
    const [name, value] = [NAME, STRING].map((id) => [...elementsOf(simple, id)][0]);
    if (name && value) put(texts, utf8.decode(name), utf8.decode(value));
  }
  return texts;
}

// ------------------------------------------------------------------ FLAC, Ogg, MP3

/** "NAME=value", as Vorbis has it. */
function commentsOf(data: Uint8Array): Texts {
  const texts: Texts = new Map();
  const view = viewOf(data);
  let at = 4 + (data.length >= 4 ? view.getUint32(0, true) : 0);
  let left = at + 4 <= data.length ? Math.min(MOST_COMMENTS, view.getUint32(at, true)) : 0;
  for (at += 4; left > 0 && at + 4 <= data.length; left--) {
    const length = view.getUint32(at, true);
    const text = utf8.decode(data.subarray(at + 4, at + 4 + length));
    const equals = text.indexOf('=');
    if (equals > 0) put(texts, text.slice(0, equals), text.slice(equals + 1));
    at += 4 + length;
  }
  return texts;
}

export function flacTexts(bytes: Uint8Array): Texts {
  const view = viewOf(bytes);
  for (let at = 4; at + 4 <= bytes.length; ) {
    const [kind, length] = [bytes[at]! & 0x7f, view.getUint32(at) & 0xffffff];
    if (kind === 4) return commentsOf(bytes.subarray(at + 4, at + 4 + length));
    if (bytes[at]! & 0x80) break;
    at += 4 + length;
  }
  return new Map();
}

/** The second packet of an Ogg file, of its first stream, put together out of its pages. */
function secondPacket(bytes: Uint8Array): Uint8Array | undefined {
  const view = viewOf(bytes);
  const parts: Uint8Array[] = [];
  let [packet, size] = [0, 0];
  let serial: number | undefined;
  for (let at = 0; at + 27 <= bytes.length && textAt(bytes, at, 4) === 'OggS'; ) {
    const n = bytes[at + 26]!;
    const mine = (serial ??= view.getUint32(at + 14, true)) === view.getUint32(at + 14, true);
    let from = at + 27 + n;
    for (let i = 0; i < n && at + 27 + i < bytes.length; i++) {
      const length = bytes[at + 27 + i]!;
      if (mine && packet === 1) {
        const part = bytes.subarray(from, from + length);
        parts.push(part);
        size += part.length;
        if (length < 255 || size > MOST_PACKET) return joined(parts, size);
      } else if (mine && length < 255) packet++;
      from += length;
    }
    at = from;
  }
  return undefined;
}

export function oggTexts(bytes: Uint8Array): Texts {
  const packet = secondPacket(bytes);
  const head = packet && /^(OpusTags|\x03vorbis|\x81theora)/.exec(textAt(packet, 0, 8))?.[0];
  return packet && head ? commentsOf(packet.subarray(head.length)) : new Map();
}

/** Four bytes of seven bits each. */
const synchsafe = (bytes: Uint8Array, at: number) => [0, 1, 2, 3].reduce((n, i) => n * 128 + (bytes[at + i]! & 0x7f), 0);
const CODINGS = ['latin1', 'utf-16', 'utf-16be', 'utf-8'];

/** The texts that somebody named: TXXX frames of ID3, versions 2.3 and 2.4. */
export function mp3Texts(bytes: Uint8Array): Texts {
  const texts: Texts = new Map();
  const version = bytes[3] ?? 0;
  const end = Math.min(bytes.length, 10 + (bytes.length >= 10 ? synchsafe(bytes, 6) : 0));
  if (version < 3 || version > 4) return texts;
  const sizeAt = (at: number) => (version === 4 ? synchsafe(bytes, at) : viewOf(bytes).getUint32(at));
  const extended = bytes[5]! & 0x40 && end >= 14 ? sizeAt(10) + (version === 3 ? 4 : 0) : 0;
  for (let at = 10 + extended; at + 10 <= end; ) {
    const size = sizeAt(at + 4);
    const data = bytes.subarray(at + 10, Math.min(end, at + 10 + size));
    if (textAt(bytes, at, 4) === 'TXXX' && data.length > 1) {
      const coding = CODINGS[data[0]!] ?? 'latin1';
      const all = new TextDecoder(coding === 'utf-16' && data[1] === 0xfe ? 'utf-16be' : coding === 'utf-16' ? 'utf-16le' : coding).decode(data.subarray(1));
      const [name = '', value = ''] = all.split('\0');
      put(texts, name, value.replace(/^\ufeff/, ''));
    }
    at += 10 + size;
  }
  return texts;
}

// ------------------------------------------------------------------ GLB

export function glbTexts(bytes: Uint8Array): Texts {
  if (bytes.length < 20) return new Map();
  const said = parse(utf8.decode(bytes.subarray(20, 20 + viewOf(bytes).getUint32(12, true))).trimEnd());
  const asset = isObject(said) && isObject(said['asset']) ? said['asset'] : undefined;
  const extras = asset && isObject(asset['extras']) ? asset['extras'] : {};
  return new Map(Object.entries(extras).map(([key, value]) => [key.toLowerCase(), typeof value === 'string' ? value : print(value)]));
}

/** The texts of such a file; undefined: it is none of them. */
export function mediaTexts(bytes: Uint8Array): Texts | undefined {
  const head = textAt(bytes, 0, 4);
  if (textAt(bytes, 4, 4) === 'ftyp') return mp4Texts(bytes);
  if (head === '\x1aEß£') return webmTexts(bytes);
  if (head === 'fLaC') return flacTexts(bytes);
  if (head === 'OggS') return oggTexts(bytes);
  if (head === 'glTF') return glbTexts(bytes);
  return head.startsWith('ID3') ? mp3Texts(bytes) : undefined;
}
