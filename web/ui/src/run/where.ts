// Nodes as a prompt names them, "12:3" for node 3 within instance 12, found in the document.
import type { Document } from '../doc/document.ts';
import type { JsonObject } from '../doc/json.ts';

export interface Found {
  node: JsonObject;
  graph: JsonObject;
}

export function locate(doc: Document, name: string): Found | undefined {
  let graph = doc.raw;
  const path = name.split(':');
  const last = path.pop() ?? '';
  for (const id of path) {
    const within = doc.definition(doc.node(id, graph)?.['type']);
    if (!within) return undefined;
    graph = within;
  }
  const node = doc.node(last, graph);
  return node && { node, graph };
}

/** What a person calls it. */
export function titleOf(found: Found | undefined, titles: (type: string) => string | undefined): string | undefined {
  const title = found?.node['title'];
  const type = found?.node['type'];
  if (typeof title === 'string' && title) return title;
  return typeof type === 'string' ? (titles(type) ?? type) : undefined;
}
