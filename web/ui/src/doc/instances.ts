// The nodes that stand for a subgraph: who looks at one of them is told when the definition changes. A subgraph never comes to
// stand within itself.
import type { Document, Edit } from './document.ts';
import type { Json, JsonObject } from './json.ts';
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

/** The definitions that nodes stand for, and those within these, each once. */
export function definitionsOf(doc: Document, nodes: readonly JsonObject[]): JsonObject[] {
  const found = new Set<JsonObject>();
  const walk = [...nodes];
  for (let node = walk.pop(); node; node = walk.pop()) {
    const definition = doc.definition(node['type']);
    if (!definition || found.has(definition)) continue;
    found.add(definition);
    walk.push(...doc.nodes(definition));
  }
  return [...found];
}

/** Whether a node of that type would put a graph into itself. */
export function holdsItself(doc: Document, graph: JsonObject, type: Json | undefined): boolean {
  const definition = doc.definition(type);
  return definition !== undefined && (definition === graph || definitionsOf(doc, doc.nodes(definition)).includes(graph));
}
