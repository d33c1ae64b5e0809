// The nodes that stand for a subgraph: who looks at one of them is told when the definition changes.
import type { Document, Edit } from './document.ts';
import type { JsonObject } from './json.ts';
import type { Id } from './links.ts';

export interface Instance {
  node: JsonObject;
  graph: JsonObject;
}

/** Every node of the file that stands for a definition. */
export function instancesOf(doc: Document, definition: JsonObject): Instance[] {
  return doc.graphs().flatMap((graph) => doc.nodes(graph).filter((n) => n['type'] === definition['id']).map((node) => ({ node, graph })));
}

export function definitionsTouched(e: Edit, doc: Document, definition: JsonObject) {
  for (const { node } of instancesOf(doc, definition)) e.touch(node['id'] as Id);
}
