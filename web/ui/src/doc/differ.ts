// What differs between two documents, node by node, from the second one's side: what it has more, less, and otherwise.
import type { Defs } from '../defs/def.ts';
import type { Document } from './document.ts';
import { isObject, print, type Json, type JsonObject } from './json.ts';
import { shapeOf } from './shapes.ts';
import { valueOf } from './values.ts';

export interface Part {
  kind: 'moved' | 'links' | 'value' | 'title' | 'mode' | 'other';
  name: string;
  from?: string;
  to?: string;
}

export interface Difference {
  how: 'added' | 'removed' | 'changed';
  id: string;
  title: string;
  parts: readonly Part[];
}

const MOST_LETTERS = 24;
const same = (a: Json | undefined, b: Json | undefined) =>
  a === b || (a !== undefined && b !== undefined && print(a) === print(b));

function shortOf(value: Json | undefined): string {
  const text = value === undefined ? '–' : typeof value === 'string' ? value : print(value);
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}…` : text;
}

const KINDS: Record<string, Part['kind']> = { pos: 'moved', size: 'moved', inputs: 'links', outputs: 'links', title: 'title', mode: 'mode' };
const UNSEEN = new Set(['widgets_values', 'order']);

function values(a: JsonObject, b: JsonObject, before: Document, after: Document, defs: Defs): Part[] {
  if (same(a['widgets_values'], b['widgets_values'])) return [];
  const was = new Map(shapeOf(a, before.raw, before, defs).widgets.map((w) => [w.name, valueOf(a, w)]));
  return shapeOf(b, after.raw, after, defs)
    .widgets.filter((w) => !same(was.get(w.name), valueOf(b, w)))
    .map((w) => ({ kind: 'value', name: w.label, from: shortOf(was.get(w.name)), to: shortOf(valueOf(b, w)) }));
}

function parts(a: JsonObject, b: JsonObject, before: Document, after: Document, defs: Defs): Part[] {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((k) => !UNSEEN.has(k) && !same(a[k], b[k]));
  const kinds = [...new Set(keys.map((k) => KINDS[k] ?? 'other'))];
  return [...values(a, b, before, after, defs), ...kinds.map((kind): Part => ({ kind, name: kind }))];
}

/** Of the workflow's own graph. */
export function differences(before: Document, after: Document, defs: Defs): Difference[] {
  const told = (doc: Document, node: JsonObject) => ({ id: String(node['id']), title: shapeOf(node, doc.raw, doc, defs).title });
  const both = after.nodes().flatMap((b): Difference[] => {
    const a = before.node(b['id'] as number);
    if (!a) return [{ how: 'added', ...told(after, b), parts: [] }];
    const found = isObject(a) ? parts(a, b, before, after, defs) : [];
    return found.length ? [{ how: 'changed', ...told(after, b), parts: found }] : [];
  });
  const gone = before.nodes().filter((a) => !after.node(a['id'] as number));
  return [...both, ...gone.map((a): Difference => ({ how: 'removed', ...told(before, a), parts: [] }))];
}
