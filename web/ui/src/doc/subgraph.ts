// Subgraphs: where one is, what it is called, and one of many that is made different from the others. A definition has any number of
// nodes that stand for it; to change one is to change all.
import { addDefinitions } from './clipboard.ts';
import type { Document } from './document.ts';
import { newUuid } from './ids.ts';
import { instancesOf } from './instances.ts';
import { copy, type JsonObject } from './json.ts';
import type { Id } from './links.ts';
import { textOf } from './rows.ts';

/** The graph that a path of entered nodes leads to; undefined where one of them is not there, or stands for nothing. */
export function graphAt(doc: Document, path: readonly Id[]): JsonObject | undefined {
  let graph: JsonObject | undefined = doc.raw;
  for (const id of path) graph = graph && doc.definition(doc.node(id, graph)?.['type']);
  return graph;
}

/** As much of a path as is there: undoing may take away what one is in. */
export function livePath(doc: Document, path: readonly Id[]): readonly Id[] {
  for (let n = path.length; n > 0; n--) if (graphAt(doc, path.slice(0, n))) return path.slice(0, n);
  return [];
}

export interface Crumb {
  path: readonly Id[];
  title: string;
}

/** The way to where one is, without the workflow itself. */
export function crumbsOf(doc: Document, path: readonly Id[]): Crumb[] {
  return livePath(doc, path).map((id, k) => {
    const graph = graphAt(doc, path.slice(0, k));
    const node = graph && doc.node(id, graph);
    return { path: path.slice(0, k + 1), title: textOf(node?.['title']) ?? textOf(doc.definition(node?.['type'])?.['name']) ?? String(id) };
  });
}

/** A way to some node that stands for a graph, from the workflow; undefined where nothing leads there. */
export function pathTo(doc: Document, graph: JsonObject): readonly Id[] | undefined {
  const seen = new Set<JsonObject>([doc.raw]);
  const walk: { graph: JsonObject; path: readonly Id[] }[] = [{ graph: doc.raw, path: [] }];
  for (let at = walk.shift(); at; at = walk.shift()) {
    if (at.graph === graph) return at.path;
    for (const node of doc.nodes(at.graph)) {
      const definition = doc.definition(node['type']);
      if (!definition || seen.has(definition)) continue;
      seen.add(definition);
      walk.push({ graph: definition, path: [...at.path, node['id'] as Id] });
    }
  }
  return undefined;
}

/** Takes a step back, or forth again, and says where one is to be then: where it happened, if that is elsewhere, and never in what is
 * gone. The same path where one can stay. */
export function stepTo(doc: Document, path: readonly Id[], way: 'undo' | 'redo'): readonly Id[] {
  const before = doc.graphsOf(way);
  const here = graphAt(doc, path);
  const there = before[0] && !(here && before.includes(here)) ? (pathTo(doc, before[0]) ?? path) : path;
  doc[way]();
  const live = livePath(doc, there);
  return live.length === there.length ? there : live;
}

/** What a subgraph is called wherever it is used. */
export function renameSubgraph(doc: Document, definition: JsonObject, name: string) {
  doc.transact('rename', (e) => {
    e.set(definition, 'name', name);
    for (const { node } of instancesOf(doc, definition)) e.touch(node['id'] as Id);
  }, `subgraph ${String(definition['id'])}`);
}

/** One of several nodes gets a definition of its own, which is the same for now. Nothing is done where it is the only one. */
export function makeUnique(doc: Document, node: JsonObject): boolean {
  const definition = doc.definition(node['type']);
  if (!definition || instancesOf(doc, definition).length < 2) return false;
  doc.transact('unique', (e) => {
    const made = copy(definition);
    made['id'] = newUuid();
    delete made['definitions']; // those within are in the file already, and shared
    addDefinitions(e, doc, [made]);
    e.set(node, 'type', made['id']);
    e.touch(node['id'] as Id);
  });
  return true;
}
