// What the App view shows: the widgets that a person pinned, in that order, and the nodes whose pictures it shows. Kept where canvases
// keep it: extra.linearData {inputs: [[node, widget], …], outputs: [node, …]}, extra.linearMode.
import type { Document, Edit } from './document.ts';
import { isObject, newObject, type Json, type JsonObject } from './json.ts';
import { isId, type Id } from './links.ts';

export interface Pin {
  node: Id;
  widget: string;
}

export interface Linear {
  pins: readonly Pin[];
  outputs: readonly Id[];
  asked: boolean; // the file asks for the App view
}

const listIn = (of: JsonObject | undefined, member: string): Json[] => (Array.isArray(of?.[member]) ? of[member] : []);

const extraOf = (doc: Document): JsonObject | undefined => (isObject(doc.raw['extra']) ? doc.raw['extra'] : undefined);

function dataOf(doc: Document): JsonObject | undefined {
  const data = extraOf(doc)?.['linearData'];
  return isObject(data) ? data : undefined;
}

function readPin(raw: Json): Pin | undefined {
  const [node, widget] = Array.isArray(raw) ? raw : [];
  return isId(node) && typeof widget === 'string' ? { node, widget } : undefined;
}

/** What is pinned, as far as it can be read; nodes that are gone are left out. */
export function linearOf(doc: Document): Linear {
  const data = dataOf(doc);
  return {
    pins: listIn(data, 'inputs').map(readPin).filter((p) => p !== undefined && doc.node(p.node) !== undefined) as Pin[],
    outputs: listIn(data, 'outputs').filter(isId).filter((id) => doc.node(id) !== undefined),
    asked: extraOf(doc)?.['linearMode'] === true,
  };
}

export const isPinned = (doc: Document, node: Id, widget: string): boolean =>
  linearOf(doc).pins.some((p) => String(p.node) === String(node) && p.widget === widget);

/** The object that pins are kept in, made where there is none. */
function dataFor(e: Edit, doc: Document): JsonObject {
  if (!isObject(doc.raw['extra'])) e.set(doc.raw, 'extra', newObject());
  const extra = doc.raw['extra'] as JsonObject;
  if (!isObject(extra['linearData'])) e.set(extra, 'linearData', newObject({ inputs: [], outputs: [] }));
  const data = extra['linearData'] as JsonObject;
  for (const member of ['inputs', 'outputs']) if (!Array.isArray(data[member])) e.set(data, member, []);
  return data;
}

/** Pins a widget of a node of the workflow itself behind the others, or takes the pin off. */
export function pin(doc: Document, node: Id, widget: string, on: boolean) {
  doc.transact('pin widget', (e) => {
    const inputs = dataFor(e, doc)['inputs'] as Json[];
    const at = inputs.findIndex((raw) => {
      const found = readPin(raw);
      return found !== undefined && String(found.node) === String(node) && found.widget === widget;
    });
    if (on && at < 0) e.splice(inputs, inputs.length, 0, [node, widget]);
    else if (!on && at >= 0) e.splice(inputs, at, 1);
    e.touch(node);
  });
}

/** Moves a pin to the place of another; both are counted as linearOf lists them. */
export function movePin(doc: Document, from: number, to: number) {
  const inputs = listIn(dataOf(doc), 'inputs');
  const places = inputs.flatMap((raw, i) => {
    const found = readPin(raw);
    return found && doc.node(found.node) ? [i] : [];
  });
  const [here, there] = [places[from], places[to]];
  const moved = here === undefined ? undefined : inputs[here];
  if (here === undefined || there === undefined || moved === undefined) return;
  doc.transact('pin widget', (e) => {
    e.splice(inputs, here, 1);
    e.splice(inputs, there, 0, moved);
  });
}

/** Whether the file asks for the App view. */
export function askForLinear(doc: Document, on: boolean) {
  doc.transact('app view', (e) => {
    if (!isObject(doc.raw['extra'])) e.set(doc.raw, 'extra', newObject());
    e.set(doc.raw['extra'] as JsonObject, 'linearMode', on);
  });
}
