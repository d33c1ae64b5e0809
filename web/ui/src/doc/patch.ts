// Changes of JSON that can be taken back: applied forward and backward, they leave exactly what was there before, with
// the order of keys and the spelling of numbers.
import {
  forgetKey, isObject, keysOf, newObject, print, setKeyOrder, setSpellings, splice, spellingsOf,
  type Container, type Json, type JsonObject,
} from './json.ts';

interface Set {
  kind: 'set';
  of: Container;
  key: string | number;
  before: Json | undefined; // undefined: there is no such member
  after: Json | undefined;
  order?: readonly string[]; // of the keys, where one is removed
}
interface Splice {
  kind: 'splice';
  of: Json[];
  at: number;
  removed: Json[];
  added: Json[];
  spelled: ReadonlyMap<string | number, string> | undefined; // before
}
export type Change = Set | Splice;
export type Patch = readonly Change[];

function put(of: Container, key: string | number, value: Json | undefined) {
  const members = of as Record<string | number, Json>;
  if (value !== undefined) members[key] = value;
  else {
    delete members[key];
    if (isObject(of)) forgetKey(of, key); // or it would come back where it stood, though only after a step back
  }
}

/** The same members, with one of them otherwise; what is within is shared, and nothing is changed. */
export function having(of: JsonObject, key: string, value: Json): JsonObject {
  const to = newObject(of);
  setSpellings(to, spellingsOf(of));
  setKeyOrder(to, keysOf(of));
  to[key] = value;
  return to;
}

/** The change that gives a member a value; undefined takes it away. */
export function setting(of: Container, key: string | number, after: Json | undefined): Change {
  const before = Object.hasOwn(of, key) ? (of as Record<string | number, Json>)[key] : undefined;
  const order = after === undefined && isObject(of) ? { order: keysOf(of) } : {};
  return { kind: 'set', of, key, before, after, ...order };
}

export function splicing(of: Json[], at: number, n: number, added: Json[]): Change {
  const spelled = spellingsOf(of);
  return { kind: 'splice', of, at, removed: of.slice(at, at + n), added, spelled: spelled && new Map(spelled) };
}

export function isNothing(change: Change): boolean {
  return change.kind === 'set'
    ? Object.is(change.before, change.after)
    : change.added.length === change.removed.length && change.added.every((v, i) => Object.is(v, change.removed[i]));
}

const isPlain = (value: Json | undefined) => typeof value !== 'object' || value === null;

/** Whether objects came or went, or one is called otherwise: what is known of nodes and graphs by their ids is old then. */
export function isStructural(change: Change): boolean {
  return change.kind === 'set' ? change.key === 'id' || !isPlain(change.before) || !isPlain(change.after)
    : ![...change.removed, ...change.added].every(isPlain);
}

export function apply(change: Change) {
  if (change.kind === 'set') put(change.of, change.key, change.after);
  else splice(change.of, change.at, change.removed.length, ...change.added);
}

function takeBack(change: Change) {
  if (change.kind === 'set') {
    put(change.of, change.key, change.before);
    if (change.order) setKeyOrder(change.of as JsonObject, change.order);
  } else {
    splice(change.of, change.at, change.added.length, ...change.removed);
    setSpellings(change.of, change.spelled);
  }
}

/** Is this a later value of what another change set, with nothing in between that moved it? */
function follows(before: Change, change: Change): before is Set {
  return before.kind === 'set' && change.kind === 'set' && before.of === change.of && before.key === change.key
    && before.order === undefined && change.order === undefined;
}

/** Adds changes to a patch: of a member that is set again and again the first value and the last count, and what ends where it
 * began is no change. */
export function addChanges(patch: Change[], more: Patch) {
  for (const change of more) {
    const at = patch.findLastIndex((c) => c.of === change.of && (c.kind === 'splice' || change.kind === 'splice' || c.key === change.key));
    const before = patch[at];
    if (!before || change.kind === 'splice' || !follows(before, change)) patch.push(change);
    else if (isNothing({ ...before, after: change.after })) patch.splice(at, 1);
    else before.after = change.after;
  }
}

export function redo(patch: Patch) {
  for (const change of patch) apply(change);
}

export function undo(patch: Patch) {
  for (const change of patch.toReversed()) takeBack(change);
}

function size(value: Json | undefined): number {
  return value !== undefined && (typeof value === 'object' || typeof value === 'string') ? 2 * print(value).length : 8;
}

/** About how many bytes it takes to remember it. */
export function weight(patch: Patch): number {
  const values = patch.flatMap((c) => (c.kind === 'set' ? [c.before, c.after] : [...c.removed, ...c.added]));
  return values.reduce<number>((sum, v) => sum + size(v), 64 * patch.length);
}
