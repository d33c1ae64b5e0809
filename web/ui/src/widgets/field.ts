// What all fields of nodes have in common: keys that are the field's own, where the focus goes when it leaves, and the
// value, which is the document's.
import { useRef, useSyncExternalStore, type KeyboardEvent } from 'react';
import type { InputDef } from '../defs/def.ts';
import type { Document } from '../doc/document.ts';
import type { Json, JsonObject } from '../doc/json.ts';
import type { Id } from '../doc/links.ts';
import { setWidgetValue } from '../doc/ops.ts';
import type { WidgetShape } from '../doc/shape.ts';
import { valueOf } from '../doc/values.ts';

export interface Field {
  doc: Document;
  node: JsonObject;
  shape: WidgetShape;
  def: InputDef | undefined;
  label: string;
  value: Json | undefined;
  wrong: boolean;
  why: string | undefined; // a sentence of what is wrong
  fixed: boolean; // nothing can be changed: a link brings the value, or the file has no place for it
  /** One step of undoing until `begin` is called. */
  set: (value: Json) => void;
  begin: () => void;
}

/** A component hears of its node; of what is shown from within a subgraph, of everything. */
export function useVersion(doc: Document, node: JsonObject, shape: WidgetShape): number {
  const what = shape.source ? '*' : (node['id'] as Id);
  return useSyncExternalStore((heard) => doc.subscribe(what, heard), () => doc.version(what));
}

let sessions = 0;

/** The value as it is now, and how it is changed. */
export function useValue(doc: Document, node: JsonObject, shape: WidgetShape): Pick<Field, 'value' | 'set' | 'begin'> {
  const session = useRef(0);
  useVersion(doc, node, shape);
  return {
    value: valueOf(node, shape),
    set: (value) => setWidgetValue(doc, node, shape, value, session.current),
    begin: () => void (session.current = ++sessions),
  };
}

// ------------------------------------------------------------------ keys and focus

/** While a word is being put together by an input method, no key is ours. */
export function isComposing(e: KeyboardEvent): boolean {
  return e.nativeEvent.isComposing || e.key === 'Process';
}

const FIELDS = '[data-field]';

/** The next field of the node, or the one before. */
export function neighbour(from: Element, back: boolean): HTMLElement | undefined {
  const widget = from.closest('.widget');
  const all = [...(widget?.closest('[data-fields], article')?.querySelectorAll<HTMLElement>(FIELDS) ?? [])];
  const here = all.findIndex((f) => f === from || f.contains(from));
  return here < 0 ? undefined : all[here + (back ? -1 : 1)];
}

/** The focus goes back to what the fields stand in. */
export function leave(from: Element) {
  const home = from.closest('.widget')?.parentElement?.closest<HTMLElement>('[tabindex]');
  if (home) home.focus({ preventScroll: true });
  else if (from instanceof HTMLElement) from.blur();
}

/** Tab goes from field to field, and out at the ends. */
export function tab(e: KeyboardEvent): boolean {
  if (e.key !== 'Tab' || e.ctrlKey || e.altKey || e.metaKey) return false;
  e.preventDefault();
  e.stopPropagation();
  const next = neighbour(e.currentTarget, e.shiftKey);
  if (next) next.focus();
  else leave(e.currentTarget);
  return true;
}

/** Into a node: its first field; false where it has none. */
export function focusFirstField(body: Element): boolean {
  const first = body.querySelector<HTMLElement>(FIELDS);
  first?.focus();
  return first !== null;
}
