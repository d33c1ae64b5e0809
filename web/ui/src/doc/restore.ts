// A whole workflow in the place of another: one step, which can be taken back.
import type { Document } from './document.ts';
import { keysOf, print, type Json } from './json.ts';
import type { Id } from './links.ts';

/** The document becomes what the other is. False: it is so already. */
export function becomeAs(doc: Document, other: Document): boolean {
  const same = (a: Json | undefined, b: Json) => a !== undefined && print(a) === print(b);
  const keys = keysOf(other.raw).filter((key) => !same(doc.raw[key], other.raw[key] as Json));
  const gone = keysOf(doc.raw).filter((key) => !Object.hasOwn(other.raw, key));
  const nodes = [doc, other].flatMap((d) => d.graphs().flatMap((g) => d.nodes(g).map((n) => n['id'] as Id)));
  if (!keys.length && !gone.length) return false;
  doc.transact('restore', (e) => {
    for (const key of gone) e.remove(doc.raw, key);
    for (const key of keys) e.set(doc.raw, key, other.raw[key] as Json);
    for (const id of nodes) e.touch(id);
  });
  return true;
}
