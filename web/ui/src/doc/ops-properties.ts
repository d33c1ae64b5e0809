// The free members that a file keeps of a node, `properties`: one key at a time, all else stays as it is.
import type { Document } from './document.ts';
import { isObject, keysOf, newObject, print, spellingAt, type Json, type JsonObject } from './json.ts';
import type { Id } from './links.ts';

export const propertiesOf = (node: JsonObject): JsonObject | undefined => (isObject(node['properties']) ? node['properties'] : undefined);

/** Those that all of the nodes have, in the order of the first. */
export function sharedKeys(nodes: readonly JsonObject[]): string[] {
  const [first, ...rest] = nodes.map((n) => propertiesOf(n));
  return first ? keysOf(first).filter((key) => rest.every((p) => p !== undefined && Object.hasOwn(p, key))) : [];
}

/** A value as it is written in the file; undefined: the nodes differ in it. */
export function writtenAt(nodes: readonly JsonObject[], key: string): string | undefined {
  const all = new Set(nodes.map((n) => {
    const of = propertiesOf(n);
    return of && (spellingAt(of, key) ?? print(of[key] ?? null));
  }));
  return all.size === 1 ? [...all][0] : undefined;
}

/** Undefined takes the key away; `properties` is made where a node has none. */
export function setProperty(doc: Document, nodes: readonly JsonObject[], key: string, value: Json | undefined) {
  doc.transact('property', (e) => {
    for (const node of nodes) {
      const of = propertiesOf(node);
      if (!of && value !== undefined) e.set(node, 'properties', newObject({ [key]: value }));
      else if (of && value !== undefined) e.set(of, key, value);
      else if (of && Object.hasOwn(of, key)) e.remove(of, key);
      e.touch(node['id'] as Id);
    }
  });
}
