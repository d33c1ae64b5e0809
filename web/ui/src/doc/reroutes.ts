// Points that a link is drawn through. They are a drawing aid: links join their real ends. Version 0.4 keeps them in
// extra.reroutes and names a link's last one in extra.linkExtensions; version 1 and subgraphs keep both beside the links.
import type { Document } from './document.ts';
import { pairOf, type Pair } from './geometry.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { isId, linksOf, type Id } from './links.ts';

export interface Reroute {
  id: Id;
  at: Pair;
  parent?: Id; // the one before it, seen from the link's origin
  links: readonly Id[];
  raw: JsonObject;
}

export interface Reroutes {
  all: readonly Reroute[];
  byId: ReadonlyMap<string, Reroute>;
  /** The points of a link, from its origin to its target. */
  along: (link: Id) => readonly Reroute[];
}

const NONE: readonly Reroute[] = [];

function extra(graph: JsonObject): JsonObject | undefined {
  return isObject(graph['extra']) ? graph['extra'] : undefined;
}

/** The list that a graph keeps its points in; undefined: it has none yet. */
export function rerouteList(graph: JsonObject): Json[] | undefined {
  const inExtra = extra(graph)?.['reroutes'];
  const list = Array.isArray(graph['reroutes']) && !(Array.isArray(inExtra) && !graph['reroutes'].length) ? graph['reroutes'] : inExtra;
  return Array.isArray(list) ? list : undefined;
}

/** What a link's last point is named in: the link itself where it is an object, else the extensions. */
export function lastOf(graph: JsonObject): Map<string, Id> {
  const last = new Map<string, Id>();
  const extensions = extra(graph)?.['linkExtensions'];
  for (const raw of [...(Array.isArray(extensions) ? extensions : []), ...(Array.isArray(graph['links']) ? graph['links'] : [])])
    if (isObject(raw) && isId(raw['id']) && isId(raw['parentId'])) last.set(String(raw['id']), raw['parentId']);
  return last;
}

function readReroute(raw: Json): Reroute | undefined {
  if (!isObject(raw) || !isId(raw['id'])) return undefined;
  const links = Array.isArray(raw['linkIds']) ? raw['linkIds'].filter(isId) : [];
  return { id: raw['id'], at: pairOf(raw, 'pos'), links, raw, ...(isId(raw['parentId']) ? { parent: raw['parentId'] } : {}) };
}

function index(graph: JsonObject): Reroutes {
  const byId = new Map<string, Reroute>();
  for (const raw of rerouteList(graph) ?? []) {
    const reroute = readReroute(raw);
    if (reroute && !byId.has(String(reroute.id))) byId.set(String(reroute.id), reroute);
  }
  if (!byId.size) return { all: NONE, byId, along: () => NONE };
  const last = lastOf(graph);
  const along = (link: Id): readonly Reroute[] => {
    const chain = new Set<Reroute>();
    for (let id = last.get(String(link)); id !== undefined; ) {
      const reroute = byId.get(String(id));
      if (!reroute || chain.has(reroute)) break; // a ring is cut where it closes
      chain.add(reroute);
      id = reroute.parent;
    }
    return [...chain].reverse();
  };
  return { all: [...byId.values()], byId, along };
}

const known = new WeakMap<JsonObject, { doc: Document; at: number; reroutes: Reroutes }>();

/** Worked out once for each change of the document. */
export function reroutesOf(doc: Document, graph: JsonObject): Reroutes {
  const found = known.get(graph);
  if (found && found.doc === doc && found.at === doc.changes) return found.reroutes;
  const reroutes = index(graph);
  known.set(graph, { doc, at: doc.changes, reroutes });
  return reroutes;
}

/** The links that go through a point. */
export function linksThrough(doc: Document, graph: JsonObject, reroute: Id): Id[] {
  const { along } = reroutesOf(doc, graph);
  return linksOf(doc, graph).all.map((l) => l.id).filter((id) => along(id).some((r) => String(r.id) === String(reroute)));
}
