// What a workflow's JSON has, found by its ids: graphs, subgraphs, nodes. Made anew when objects came or went.
import { isObject, type Container, type Json, type JsonObject } from './json.ts';
import { isId } from './links.ts';

export interface Lookup {
  definitions: ReadonlyMap<string, JsonObject>;
  graphs: readonly JsonObject[]; // the workflow's own, then those of its subgraphs
  nodes: Map<JsonObject, Nodes>; // as they are asked for
}

export interface Nodes {
  all: readonly JsonObject[];
  byId: ReadonlyMap<string, JsonObject>; // of two with one id, the first
}

function objectsIn(of: JsonObject | undefined, member: string): JsonObject[] {
  const list = of?.[member];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** The subgraphs that a graph defines, and those within them; of two with one id, the first. */
function definitionsIn(graph: JsonObject, to: Map<string, JsonObject>) {
  const definitions = graph['definitions'];
  for (const each of objectsIn(isObject(definitions) ? definitions : undefined, 'subgraphs')) {
    const id = String(each['id']);
    if (!to.has(id)) to.set(id, each);
    definitionsIn(each, to);
  }
}

export function lookUp(raw: JsonObject): Lookup {
  const definitions = new Map<string, JsonObject>();
  definitionsIn(raw, definitions);
  return { definitions, graphs: [raw, ...definitions.values()], nodes: new Map() };
}

export function nodesIn(lookup: Lookup, graph: JsonObject): Nodes {
  const found = lookup.nodes.get(graph);
  if (found) return found;
  const all = objectsIn(graph, 'nodes').filter((n) => isId(n['id']));
  const byId = new Map<string, JsonObject>();
  for (const node of all) if (!byId.has(String(node['id']))) byId.set(String(node['id']), node);
  const nodes = { all, byId };
  lookup.nodes.set(graph, nodes);
  return nodes;
}

function holds(of: Json, which: ReadonlySet<Container>): boolean {
  if (typeof of !== 'object' || of === null) return false;
  if (which.has(of)) return true;
  return Array.isArray(of) ? of.some((v) => holds(v, which)) : Object.keys(of).some((k) => k !== 'definitions' && holds(of[k] as Json, which));
}

/** The graphs that hold any of these: of the definitions that a graph holds, only they themselves. */
export function graphsHolding(graphs: readonly JsonObject[], which: ReadonlySet<Container>): JsonObject[] {
  return graphs.filter((graph) => holds(graph, which));
}
