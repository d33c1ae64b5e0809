// Which sockets of a node serve where it goes into a link.
import { fits } from '../defs/types.ts';

interface Typed {
  type: string;
  widget?: unknown;
}

/** By which of its sockets a node goes into a link of a type, and takes what is held by another: rather those of the very types. */
export function placesIn<I extends Typed, O extends Typed>(inputs: readonly I[], outputs: readonly O[], type: string, held?: { side: 'in' | 'out'; type: string }) {
  const best = <T extends Typed>(of: readonly T[], type: string, fit: (s: T) => boolean) => {
    const all = of.filter((s) => fit(s) && s.type !== '*');
    return all.find((s) => s.type === type) ?? all.find((s) => s.widget === undefined) ?? all[0];
  };
  const input = best(inputs, type, (i) => i.widget === undefined && fits(type, i.type));
  const output = best(outputs, type, (o) => fits(o.type, type));
  if (!input || !output) return undefined;
  if (!held) return { input, output };
  const own = held.side === 'in' ? best(inputs, held.type, (i) => i !== input && fits(held.type, i.type)) : best(outputs, held.type, (o) => fits(o.type, held.type));
  return own && { input, output, own };
}
