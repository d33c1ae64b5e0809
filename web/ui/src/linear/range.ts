// Where a number has a range that a hand can go through: what its class allows, or what people mean by it.
import type { InputDef } from '../defs/def.ts';
import type { Json } from '../doc/json.ts';

export interface Range {
  min: number;
  max: number;
  step: number;
}

const MOST = 200; // steps, which are about the pixels there are
const MEANT: Readonly<Record<string, Range>> = { steps: { min: 1, max: 50, step: 1 }, cfg: { min: 1, max: 15, step: 0.5 } };

/** Undefined: typed. A value beyond what people mean by it is typed, too. */
export function rangeOf(name: string, def: InputDef | undefined, value: Json | undefined): Range | undefined {
  if (typeof value !== 'number' || (def?.widget !== 'int' && def?.widget !== 'float')) return undefined;
  const [min, max] = [Number(def.min), Number(def.max)];
  const step = Number(def.step ?? (def.widget === 'int' ? 1 : 0.01));
  const own = step > 0 && (max - min) / step >= 2 && (max - min) / step <= MOST ? { min, max, step } : MEANT[name];
  return own && own.min >= (min || 0) && value >= own.min && value <= own.max ? own : undefined;
}
