// Numbers of fields: written, read, kept within what a class allows. Integers that a number cannot hold are bigints.
import type { InputDef } from '../defs/def.ts';
import { evaluate, type Num } from '../doc/expr.ts';
import type { Json } from '../doc/json.ts';

export type { Num } from '../doc/expr.ts';

export const isNum = (value: Json | undefined): value is Num =>
  typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value));

/** A number where one can hold it. */
function tidy(n: bigint): Num {
  const small = Number(n);
  return Number.isSafeInteger(small) ? small : n;
}

function big(n: Num): bigint {
  return typeof n === 'bigint' ? n : BigInt(Math.round(n));
}

const isWhole = (def: InputDef) => def.widget === 'int' || def.widget === 'seed';

/** How many digits behind the point a step of that size has: 0.25 -> 2 */
function digitsOf(step: number): number {
  const [, part = '', power = '0'] = /^\d+(?:\.(\d+))?(?:e-(\d+))?$/.exec(String(step)) ?? [];
  return part.length + Number(power);
}

export function stepOf(def: InputDef): number {
  return def.step !== undefined && def.step > 0 ? def.step : isWhole(def) ? 1 : 0.1;
}

/** What a float is rounded to; undefined: as it is. */
function gridOf(def: InputDef): number | undefined {
  if (def.round !== undefined && def.round > 0) return def.round;
  if (def.options['round'] === false || def.step === undefined || def.step <= 0) return undefined;
  return 10 ** -digitsOf(def.step);
}

function snapWhole(value: Num, def: InputDef): Num {
  const [low, high] = [def.min, def.max].map((n) => (n === undefined ? undefined : big(n)));
  const step = big(stepOf(def));
  let n = big(value);
  if (step > 1n) {
    const from = low ?? 0n;
    const over = (((n - from) % step) + step) % step;
    n += over * 2n >= step ? step - over : -over;
    if (high !== undefined && n > high) n -= step * ((n - high + step - 1n) / step);
  }
  if (high !== undefined && n > high) n = high;
  if (low !== undefined && n < low) n = low;
  return tidy(n);
}

function snapFloat(value: Num, def: InputDef): number {
  const grid = gridOf(def);
  let n = Number(value);
  if (grid !== undefined) n = Number((Math.round(n / grid) * grid).toFixed(Math.min(20, digitsOf(grid))));
  return Math.min(Number(def.max ?? Infinity), Math.max(Number(def.min ?? -Infinity), n));
}

/** The nearest value that the class allows. */
export function snap(value: Num, def: InputDef): Num {
  return isWhole(def) ? snapWhole(value, def) : snapFloat(value, def);
}

/** So many steps further; a tenth of a step is one digit more, where the rounding allows it. */
export function stepped(value: Num, def: InputDef, times: number): Num {
  const step = stepOf(def);
  if (!isWhole(def)) return snapFloat(Number(value) + step * times, def);
  const whole = Math.trunc(step * times) || Math.sign(times);
  return snapWhole(big(value) + BigInt(whole), def);
}

export function numberText(value: Num, def: InputDef | undefined): string {
  if (typeof value === 'bigint' || !def || isWhole(def)) return String(value);
  const digits = Math.min(20, Math.max(1, digitsOf(gridOf(def) ?? 0.1)));
  const fixed = value.toFixed(digits);
  return Number(fixed) === value ? fixed.replace(/(\.\d+?)0+$/, '$1') : String(value);
}

/** What was typed: a number, or arithmetic; a comma is a point. Undefined for what is none. */
export function readNumber(text: string, def: InputDef): Num | undefined {
  const value = evaluate(text);
  return value === undefined || (typeof value === 'number' && !Number.isFinite(value)) ? undefined : snap(value, def);
}

/** Where it is between its ends, 0 to 1; undefined where it has none. */
export function shareOf(value: Num, def: InputDef): number | undefined {
  const [low, high] = [Number(def.min), Number(def.max)];
  return high > low ? Math.min(1, Math.max(0, (Number(value) - low) / (high - low))) : undefined;
}
