// What a file carries: a workflow of the canvas, a prompt in API format, or the words of A1111's web UI; in JSON, or among
// the texts of a picture, a film or a sound. Plain bytes in, no page: it runs in a worker, and under Node's tests. A bundle
// is only known by its first bytes: the server unpacks it.
import { isObject, parse, print, type Json, type JsonObject } from '../doc/json.ts';
import { exifOf, jpegExif, pngTexts, riffChunk, safetensorsTexts, svgText } from './containers.ts';
import { mediaTexts } from './media.ts';

export interface Carried {
  is: 'workflow' | 'prompt' | 'parameters' | 'bundle';
  text: string; // '' of a bundle
}
export type CarriedFault = 'too-large' | 'nothing' | 'damaged' | 'other';
export type Found = { carried: Carried; others: readonly string[] } | { fault: CarriedFault; detail?: string };

/** Every value is a node as the API has it. */
export function isPrompt(json: Json): json is JsonObject {
  const nodes = isObject(json) ? Object.values(json) : [];
  return nodes.length > 0 && nodes.every((n) => isObject(n) && typeof n['class_type'] === 'string');
}

/** What a JSON text is; undefined: neither a workflow nor a prompt. Throws a JsonFault. */
export function carriedBy(text: string): Carried | undefined {
  const json = parse(text);
  if (!isObject(json)) return undefined;
  if (Array.isArray(json['nodes'])) return { is: 'workflow', text };
  if (isPrompt(json)) return { is: 'prompt', text };
  const inner = json['prompt']; // a whole body of POST /prompt, saved to disk
  return inner !== undefined && isPrompt(inner) ? { is: 'prompt', text: print(inner) } : undefined;
}

type Texts = ReadonlyMap<string, string>;

const begins = (bytes: Uint8Array, ...with_: number[]) => with_.every((b, i) => bytes[i] === b);

/** The texts of a picture by their key; undefined: not a file whose texts we know how to find. */
async function textsOf(bytes: Uint8Array): Promise<Texts | undefined> {
  if (begins(bytes, 0x89, 0x50, 0x4e, 0x47)) return pngTexts(bytes);
  if (begins(bytes, 0x52, 0x49, 0x46, 0x46)) return exifOf(riffChunk(bytes, 'EXIF'));
  if (begins(bytes, 0xff, 0xd8)) return exifOf(jpegExif(bytes));
  return mediaTexts(bytes) ?? safetensorsTexts(bytes);
}

const isA1111 = (text: string) => /(^|\n)Steps:/.test(text);

function firstOf(texts: Texts): Found {
  const others: string[] = [];
  for (const key of ['workflow', 'prompt']) {
    const text = texts.get(key);
    if (text === undefined) continue;
    try {
      const carried = carriedBy(text);
      if (carried) return { carried, others };
    } catch {
      // the next one may be readable
    }
    others.push(key);
  }
  const words = texts.get('parameters');
  if (words !== undefined && isA1111(words)) return { carried: { is: 'parameters', text: words }, others };
  return others.length ? { fault: 'damaged', detail: others.join(', ') } : { fault: 'nothing' };
}

function fromText(text: string): Found {
  if (!/^\s*[{[]/.test(text)) return isA1111(text) ? { carried: { is: 'parameters', text }, others: [] } : { fault: 'nothing' };
  try {
    const carried = carriedBy(text);
    return carried ? { carried, others: [] } : { fault: 'other' };
  } catch (e) {
    return { fault: 'damaged', detail: e instanceof Error ? e.message : String(e) };
  }
}

/** Undefined: it is no text. */
function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** What a file's bytes carry, the best of it first. Never throws. */
export async function findCarried(bytes: Uint8Array): Promise<Found> {
  if (begins(bytes, 0x50, 0x4b, 3, 4)) return { carried: { is: 'bundle', text: '' }, others: [] };
  try {
    const texts = await textsOf(bytes);
    if (texts) return firstOf(texts);
    const text = utf8(bytes);
    return text === undefined ? { fault: 'nothing' } : fromText(svgText(text) ?? text);
  } catch (e) {
    return { fault: 'damaged', detail: e instanceof Error ? e.message : String(e) };
  }
}
