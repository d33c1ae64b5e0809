// Where files keep texts: the chunks of PNG, the EXIF of WebP and JPEG, the metadata of SVG. Bytes are hostile: every length
// is held against what is there, and what unpacks is held against a limit.
import { isObject, parse, print } from '../doc/json.ts';

const MOST_TEXT = 64 << 20;
const latin = new TextDecoder('latin1');

/** UTF-8 where it is that, else Latin-1, as PNG says. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return latin.decode(bytes);
  }
}

/** One behind the other; `size` is that of all of them. */
export function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function inflate(bytes: Uint8Array): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream('deflate'));
  const reader = stream.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MOST_TEXT) {
      await reader.cancel();
      throw new Error('a text is larger than 64 MB');
    }
    parts.push(value);
  }
  return joined(parts, size);
}

// ------------------------------------------------------------------ PNG

/** The end of the text that begins at `from`: the next NUL. */
function nul(bytes: Uint8Array, from: number): number {
  const at = bytes.indexOf(0, from);
  return at < 0 ? bytes.length : at;
}

async function textChunk(type: string, data: Uint8Array): Promise<[string, string]> {
  const end = nul(data, 0);
  const key = latin.decode(data.subarray(0, end));
  if (type === 'zTXt') return [key, decode(await inflate(data.subarray(end + 2)))];
  if (type !== 'iTXt') return [key, decode(data.subarray(end + 1))];
  const packed = data[end + 1] === 1;
  const text = data.subarray(nul(data, nul(data, end + 3) + 1) + 1); // behind the language and the translated key
  return [key, decode(packed ? await inflate(text) : text)];
}

/** tEXt, zTXt, iTXt and `comf` of animated ones; of a key that is there twice the last. */
export async function pngTexts(bytes: Uint8Array): Promise<Map<string, string>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts = new Map<string, string>();
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = latin.decode(bytes.subarray(at + 4, at + 8));
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'IEND' || data.length < length) break;
    if (['tEXt', 'zTXt', 'iTXt', 'comf'].includes(type)) texts.set(...(await textChunk(type, data)));
    at += 12 + length;
  }
  return texts;
}

// ------------------------------------------------------------------ EXIF

/** A chunk of a RIFF file, such as WebP. */
export function riffChunk(bytes: Uint8Array, wanted: string): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    if (latin.decode(bytes.subarray(at, at + 4)) === wanted) return bytes.subarray(at + 8, at + 8 + length);
    at += 8 + length + (length & 1);
  }
  return undefined;
}

/** The APP1 segment of a JPEG that holds EXIF. */
export function jpegExif(bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const [mark, length] = [bytes[at + 1], view.getUint16(at + 2)];
    if (mark === 0xda || length < 2) return undefined;
    const data = bytes.subarray(at + 4, at + 2 + length);
    if (mark === 0xe1 && latin.decode(data.subarray(0, 4)) === 'Exif') return data;
    at += 2 + length;
  }
  return undefined;
}

const ASCII = 2;
const UNDEFINED = 7;
const EXIF_IFD = 0x8769;
const USER_COMMENT = 0x9286;

/** A1111's words in JPEG and WebP: eight letters that name the coding, then the text. */
function userComment(data: Uint8Array): string {
  const coding = latin.decode(data.subarray(0, 8)).replaceAll('\0', '').trim();
  const text = data.subarray(8);
  if (coding !== 'UNICODE') return decode(text);
  const little = text.indexOf(0) % 2 === 1; // of a text that begins in ASCII the empty half tells
  return new TextDecoder(little ? 'utf-16le' : 'utf-16be').decode(text);
}

interface Entry {
  tag: number;
  type: number;
  data: Uint8Array;
  value: number;
}

function* entries(tiff: Uint8Array, view: DataView, little: boolean, ifd: number): Generator<Entry> {
  if (ifd + 2 > tiff.length) return;
  const n = view.getUint16(ifd, little);
  for (let i = 0; i < n && ifd + 14 + 12 * i <= tiff.length; i++) {
    const at = ifd + 2 + 12 * i;
    const [type, size] = [view.getUint16(at + 2, little), view.getUint32(at + 4, little)];
    const value = view.getUint32(at + 8, little);
    const data = size <= 4 ? tiff.subarray(at + 8, at + 8 + size) : tiff.subarray(value, value + size);
    yield { tag: view.getUint16(at, little), type, data, value };
  }
}

/** "workflow:{…}" and "prompt:{…}" of the texts, split at the first colon; the user's comment as "parameters". */
export function exifOf(exif: Uint8Array | undefined): Map<string, string> {
  const texts = new Map<string, string>();
  if (!exif) return texts;
  const tiff = latin.decode(exif.subarray(0, 4)) === 'Exif' ? exif.subarray(6) : exif;
  if (tiff.length < 8) return texts;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = tiff[0] === 0x49;
  const ifds = [view.getUint32(4, little)];
  for (let i = 0; i < ifds.length && i < 2; i++)
    for (const e of entries(tiff, view, little, ifds[i]!)) {
      if (e.tag === EXIF_IFD) ifds.push(e.value);
      else if (e.tag === USER_COMMENT && e.type === UNDEFINED) texts.set('parameters', userComment(e.data));
      else if (e.type === ASCII) {
        const text = decode(e.data).replace(/\0+$/, '');
        const colon = text.indexOf(':');
        if (colon > 0) texts.set(text.slice(0, colon).toLowerCase(), text.slice(colon + 1));
      }
    }
  return texts;
}

// ------------------------------------------------------------------ SVG, safetensors

/** The JSON in the metadata of a picture in SVG: of {"workflow", "prompt"} the workflow. */
export function svgText(text: string): string | undefined {
  const found = /^\s*(?:<\?xml|<svg)[^]*?<metadata>\s*<!\[CDATA\[([^]*?)\]\]>/.exec(text)?.[1];
  const both = found === undefined ? undefined : parse(found);
  return isObject(both) ? print(both['workflow'] ?? both['prompt'] ?? both) : found;
}

/** The texts in the header of a latent or a model; undefined: no such file. */
export function safetensorsTexts(bytes: Uint8Array): Map<string, string> | undefined {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return undefined;
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > bytes.length - 8) return undefined;
  const header = parse(decode(bytes.subarray(8, 8 + length)));
  const told = isObject(header) ? header['__metadata__'] : undefined;
  const texts = isObject(told) ? Object.entries(told).filter((e): e is [string, string] => typeof e[1] === 'string') : [];
  return new Map(texts);
}
