// What a person is putting together for a grid: which inputs, and what was written for their values.
import { create } from 'zustand';
import type { InputDef } from '../defs/def.ts';
import { print } from '../doc/json.ts';
import { toText } from '../widgets/values.ts';
import type { Axis } from './grids.ts';
import type { Input } from './inputs.ts';
import { MOST_JOBS, readValues, type Read } from './values.ts';

export interface Side {
  key: string; // of an input; "": none
  text: string;
}
export interface Draft {
  x: Side;
  y: Side;
}

const NONE: Side = { key: '', text: '' };

/** By the document's uid, for as long as the page is there. */
export const useDrafts = create<Readonly<Record<string, Draft>>>(() => ({}));

export function draftOf(uid: string): Draft {
  return useDrafts.getState()[uid] ?? { x: NONE, y: NONE };
}

export function changeDraft(uid: string, what: Partial<Draft>) {
  useDrafts.setState({ [uid]: { ...draftOf(uid), ...what } });
}

/** Of one that was found: its value as it stands is the first one. */
export const sideOf = (input: Input | undefined): Side => (input ? { key: input.key, text: input.now } : NONE);

export interface Planned {
  input: Input;
  read: Read;
}

export function planOf(side: Side, inputs: readonly Input[]): Planned | undefined {
  const input = inputs.find((i) => i.key === side.key);
  return input && { input, read: readValues(side.text, input.def) };
}

/** What keeps a grid from being queued. */
export type Hindrance = 'nothing' | 'wrong' | 'same' | 'tooMany';

export function hindranceOf(x: Planned | undefined, y: Planned | undefined): Hindrance | undefined {
  const both = [x, y].filter((p) => p !== undefined);
  if (!x || both.some((p) => !p.read.values.length && !p.read.wrong.length)) return 'nothing';
  if (both.some((p) => p.read.wrong.length)) return 'wrong';
  if (x.input.key === y?.input.key) return 'same';
  return x.read.values.length * (y?.read.values.length ?? 1) > MOST_JOBS ? 'tooMany' : undefined;
}

export function axisOf({ input, read }: Planned): Axis {
  const { graph, node, widget, title, label } = input;
  return { graph, node, widget, title, label, values: read.values.map((v) => print(v)), shown: read.values.map((v) => toText(v, undefined)) };
}

/** What kind of help the values of an input need. */
export function hintOf(def: InputDef): 'number' | 'choice' | 'boolean' | 'text' {
  if (def.widget === 'int' || def.widget === 'float' || def.widget === 'seed') return 'number';
  return def.widget === 'choice' || def.widget === 'upload' ? 'choice' : def.widget === 'boolean' ? 'boolean' : 'text';
}
