// agree.ts: what has to be so in every graph of a file, whoever changed it: ids are there once, and both ends of a link know it.
import type { Document } from '../../src/doc/document.ts';
import { isObject, type Json, type JsonObject } from '../../src/doc/json.ts';
import { readLink, slotsIn, type Id, type Link } from '../../src/doc/links.ts';
import { reroutesOf } from '../../src/doc/reroutes.ts';

const has = (list: Json | undefined, id: Id) => Array.isArray(list) && list.some((x) => String(x) === String(id));

function* twice(what: string, ids: readonly (Json | undefined)[]): Generator<string> {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(String(id))) yield `${what} ${String(id)} twice`;
    seen.add(String(id));
  }
}

function* ofLink(doc: Document, graph: JsonObject, link: Link): Generator<string> {
  const edge = graph !== doc.raw;
  const from = edge && link.from === -10 ? slotsIn(graph, 'inputs')[link.fromSlot]?.['linkIds'] : slotsIn(doc.node(link.from, graph), 'outputs')[link.fromSlot]?.['links'];
  if (!has(from, link.id)) yield `link ${link.id} is unknown where it begins`;
  const to = edge && link.to === -20 ? has(slotsIn(graph, 'outputs')[link.toSlot]?.['linkIds'], link.id)
    : String(slotsIn(doc.node(link.to, graph), 'inputs')[link.toSlot]?.['link']) === String(link.id);
  if (!to) yield `link ${link.id} is unknown where it ends`;
}

function* ofNode(node: JsonObject, links: ReadonlyMap<string, Link>): Generator<string> {
  const id = String(node['id']);
  for (const [k, input] of slotsIn(node, 'inputs').entries()) {
    const link = input?.['link'];
    if (link === null || link === undefined) continue;
    const found = links.get(String(link));
    if (!found || String(found.to) !== id || found.toSlot !== k) yield `input ${id}.${k} names ${String(link)}`;
  }
  for (const [k, output] of slotsIn(node, 'outputs').entries())
    for (const link of Array.isArray(output?.['links']) ? output['links'] : []) {
      const found = links.get(String(link));
      if (!found || String(found.from) !== id || found.fromSlot !== k) yield `output ${id}.${k} names ${String(link)}`;
    }
}

function* ofEdge(graph: JsonObject, links: ReadonlyMap<string, Link>): Generator<string> {
  for (const [member, end, slot] of [['inputs', 'from', 'fromSlot'], ['outputs', 'to', 'toSlot']] as const)
    for (const [k, each] of slotsIn(graph, member).entries())
      for (const id of Array.isArray(each?.['linkIds']) ? each['linkIds'] : []) {
        const found = links.get(String(id));
        if (!found || found[end] !== (member === 'inputs' ? -10 : -20) || found[slot] !== k) yield `edge ${member}.${k} names ${String(id)}`;
      }
}

function* ofGraph(doc: Document, graph: JsonObject): Generator<string> {
  const raw = Array.isArray(graph['links']) ? graph['links'] : [];
  const links = raw.map(readLink).filter((l) => l !== undefined);
  const byId = new Map(links.map((l) => [String(l.id), l]));
  yield* twice('node', doc.nodes(graph).map((n) => n['id']));
  yield* twice('link', links.map((l) => l.id));
  yield* twice('group', (Array.isArray(graph['groups']) ? graph['groups'] : []).map((g) => (isObject(g) ? g['id'] : undefined)).filter((id) => id !== undefined));
  yield* twice('point', reroutesOf(doc, graph).all.map((r) => r.id));
  for (const link of links) {
    yield* ofLink(doc, graph, link);
    for (const point of reroutesOf(doc, graph).along(link.id)) if (!has(point.raw['linkIds'], link.id)) yield `point ${point.id} does not know link ${link.id}`;
  }
  for (const point of reroutesOf(doc, graph).all) for (const id of point.links) if (!byId.has(String(id))) yield `point ${point.id} names ${id}`;
  for (const node of doc.nodes(graph)) yield* ofNode(node, byId);
  if (graph !== doc.raw) yield* ofEdge(graph, byId);
}

/** Everything that does not agree. */
export function disagreements(doc: Document): string[] {
  return doc.graphs().flatMap((graph, g) => [...ofGraph(doc, graph)].map((fault) => `graph ${g}: ${fault}`));
}
