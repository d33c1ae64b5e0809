// What a person writes for an axis, as values: a list separated by commas or lines, with ranges; what cannot be read is named.
import type { InputDef } from '../defs/def.ts';
import type { Json } from '../doc/json.ts';
import { choiceOf, fromText, isKnown, toText } from '../widgets/values.ts';

export interface Wrong {
  text: string; // what stands there
  why: 'number' | 'whole' | 'least' | 'most' | 'step' | 'many' | 'choice' | 'boolean' | 'color' | 'json';
  bound?: string; // of least and most
}

export interface Read {
  values: readonly Json[]; // each once, in the order they stand in
  wrong: readonly Wrong[];
}

export const MOST_JOBS = 400;
export const MANY_JOBS = 50; // from here on a person is warned

const NUMBER = String.raw`[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?`;
const ONE = new RegExp(`^${NUMBER}$`, 'i');
const RANGE = new RegExp(`^(${NUMBER})\\s*(?:\\.\\.|[-–~])\\s*(${NUMBER})\\s*(?:\\(\\s*(${NUMBER})\\s*\\))?$`, 'i');
const WHOLE = /^[+-]?\d{1,40}$/;

type Found = Json[] | Wrong;
const isWrong = (found: Found): found is Wrong => !Array.isArray(found);

/** The signs of a Chinese keyboard are those of an English one. */
const plainSigns = (text: string) =>
  text.replace(/[，、；]/g, ',').replaceAll('（', '(').replaceAll('）', ')').replaceAll('～', '~');

const partsOf = (text: string, by: RegExp) => text.split(by).map((t) => t.trim()).filter((t) => t !== '');

// ------------------------------------------------------------------ numbers

const wholeOf = (text: string): bigint | undefined => (WHOLE.test(text) ? BigInt(text.replace('+', '')) : undefined);
const plain = (n: bigint): Json => (Number.isSafeInteger(Number(n)) ? Number(n) : n);

/** Seeds need all 64 bits, so whole numbers are counted whole. */
function wholes(text: string, from: string, to: string, by: string): Found {
  const [a, b, step] = [from, to, by].map(wholeOf);
  if (a === undefined || b === undefined || step === undefined) return { text, why: 'whole' };
  if (step === 0n) return { text, why: 'step' };
  const size = step < 0n ? -step : step;
  const n = (a < b ? b - a : a - b) / size + 1n;
  if (n > BigInt(MOST_JOBS)) return { text, why: 'many' };
  return Array.from({ length: Number(n) }, (_, i) => plain(a < b ? a + BigInt(i) * size : a - BigInt(i) * size));
}

function parts(text: string, from: string, to: string, by: string): Found {
  const [a, b, size] = [Number(from), Number(to), Math.abs(Number(by))];
  if (![a, b, size].every(Number.isFinite)) return { text, why: 'number' };
  if (size === 0) return { text, why: 'step' };
  const n = Math.floor(Math.abs(b - a) / size + 1e-9) + 1;
  if (n > MOST_JOBS) return { text, why: 'many' };
  return Array.from({ length: n }, (_, i) => Number((a + Math.sign(b - a) * i * size).toPrecision(12)));
}

function bounded(text: string, values: Json[], { min, max }: InputDef): Found {
  for (const v of values as (number | bigint)[]) {
    if (min !== undefined && v < min) return { text, why: 'least', bound: String(min) };
    if (max !== undefined && v > max) return { text, why: 'most', bound: String(max) };
  }
  return values;
}

function numbers(text: string, def: InputDef): Found {
  const found = def.widget === 'float' ? parts : wholes;
  const [, from, to, by = '1'] = RANGE.exec(text) ?? [];
  if (!ONE.test(text) && (from === undefined || to === undefined)) return { text, why: 'number' };
  const values = ONE.test(text) ? found(text, text, text, '1') : found(text, from ?? '', to ?? '', by);
  return isWrong(values) ? values : bounded(text, values, def);
}

// ------------------------------------------------------------------ other kinds

/** As it is spelled, else whatever its case is. */
function choice(text: string, def: InputDef): Found {
  const exact = choiceOf(text, def);
  if (isKnown(exact, def)) return [exact];
  const alike = def.choices?.filter((c) => toText(c, undefined).toLowerCase() === text.toLowerCase()) ?? [];
  return alike.length === 1 ? alike : { text, why: 'choice' };
}

/** A name may have commas: a line that is one is not divided. */
function choices(line: string, def: InputDef): Found[] {
  const whole = choice(line, def);
  return isWrong(whole) ? partsOf(plainSigns(line), /,/).map((t) => choice(t, def)) : [whole];
}

function other(text: string, def: InputDef, why: Wrong['why']): Found {
  const value = fromText(text, def);
  return value === undefined ? { text, why } : [value];
}

function foundIn(text: string, def: InputDef): Found[] {
  const listed = () => partsOf(plainSigns(text), /[,;\n]/);
  const lines = () => partsOf(text, /\n/);
  switch (def.widget) {
    case 'int':
    case 'seed':
    case 'float':
      return listed().map((t) => numbers(t, def));
    case 'choice':
    case 'upload':
      return lines().flatMap((t) => choices(t, def));
    case 'boolean':
      return listed().map((t) => other(t, def, 'boolean'));
    case 'color':
      return listed().map((t) => other(t, def, 'color'));
    case 'text':
    case 'texts':
    case 'markdown':
      return lines().map((t) => [t]);
    default:
      return lines().map((t) => other(t, def, 'json'));
  }
}

/** What was written for an input. */
export function readValues(text: string, def: InputDef): Read {
  const found = foundIn(text, def);
  const values = found.flatMap((f) => (isWrong(f) ? [] : f));
  const wrong = found.filter(isWrong);
  return { values: [...new Map(values.map((v) => [`${typeof v} ${toText(v, undefined)}`, v])).values()], wrong };
}
