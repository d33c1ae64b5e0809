// What people do to a document, each as one transaction.
import type { Document, Edit } from './document.ts';
import { pairOf, pairPlace } from './geometry.ts';
import { isObject, newObject, type Json, type JsonObject } from './json.ts';
import type { Id } from './links.ts';

const idOf = (node: JsonObject) => node['id'] as Id;

function setMember(e: Edit, node: JsonObject, key: string, value: Json) {
  e.set(node, key, value);
  e.touch(idOf(node));
}

/** Moves nodes by that much. */
export function moveNodes(doc: Document, nodes: readonly JsonObject[], dx: number, dy: number) {
  doc.transact('move', (e) => {
    for (const node of nodes) {
      const [x, y] = pairOf(node, 'pos');
      const place = pairPlace(node, 'pos');
      if (place) {
        e.set(place, 0, x + dx);
        e.set(place, 1, y + dy);
      } else e.set(node, 'pos', [x + dx, y + dy]);
      e.touch(idOf(node));
    }
  });
}

/** A title of one's own; undefined goes back to the class's. Letters typed one after the other are one step. */
export function renameNode(doc: Document, node: JsonObject, title: string | undefined) {
  doc.transact(
    'rename',
    (e) => {
      if (title === undefined) e.remove(node, 'title');
      else e.set(node, 'title', title);
      e.touch(idOf(node));
    },
    `rename ${idOf(node)}`,
  );
}

/** 0 runs, 2 is muted, 4 bypassed. */
export function setMode(doc: Document, nodes: readonly JsonObject[], mode: 0 | 2 | 4) {
  doc.transact('mode', (e) => nodes.forEach((node) => setMember(e, node, 'mode', mode)));
}

/** `flags` is made where a node has none, and only then. */
export function setFlag(doc: Document, nodes: readonly JsonObject[], flag: 'collapsed' | 'pinned', on: boolean) {
  doc.transact(flag, (e) => {
    for (const node of nodes) {
      const flags = node['flags'];
      if (isObject(flags)) {
        if (on) e.set(flags, flag, true);
        else e.remove(flags, flag);
      } else if (on) e.set(node, 'flags', newObject({ [flag]: true }));
      e.touch(idOf(node));
    }
  });
}

/** One value of `widgets_values`, by its place in the array or its name in the object. */
export function setWidgetValue(doc: Document, node: JsonObject, place: number | string, value: Json) {
  doc.transact(
    'value',
    (e) => {
      const values = node['widgets_values'];
      if (Array.isArray(values) && typeof place === 'number') {
        const missing = Math.max(0, place - values.length);
        if (place < values.length) e.set(values, place, value);
        else e.splice(values, values.length, 0, ...Array<Json>(missing).fill(null), value);
      } else if (isObject(values)) e.set(values, place, value);
      else e.set(node, 'widgets_values', typeof place === 'number' ? [...Array<Json>(place).fill(null), value] : newObject({ [place]: value }));
      e.touch(idOf(node));
    },
    `value ${idOf(node)} ${place}`,
  );
}
