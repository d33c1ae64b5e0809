// A part of a graph, taken up and put down elsewhere: nodes, the links between them, groups, points on links. Copying, pasting,
// and subgraphs that are made and unpacked are all this.
import type { Document, Edit } from './document.ts';
import { pairOf, pairPlace, type Pair } from './geometry.ts';
import { floatingOf, type Floating } from './floating.ts';
import { groupsOf, type Group } from './groups.ts';
import { nextId, noteId, type Kind } from './ids.ts';
import { copy, isObject, type Container, type Json, type JsonObject } from './json.ts';
import { linksOf, writeLink, type Id, type Link } from './links.ts';
import { putPoint, setLast } from './ops-reroutes.ts';
import { reroutesOf, type Reroute } from './reroutes.ts';
import { append, type At } from './wire.ts';

export interface Crop {
  nodes: readonly JsonObject[];
  links: readonly Link[]; // with both ends among the nodes
  into: readonly Link[]; // from elsewhere
  out: readonly Link[]; // to elsewhere
  floating: readonly Floating[]; // that wait for their other end
  groups: readonly Group[];
  points: readonly Reroute[];
  last: ReadonlyMap<string, Id>; // the last point of each link that has one
}

/** What some nodes and groups of a graph are, with all that is between them. */
export function cropOf(doc: Document, graph: JsonObject, ids: readonly Id[], groups: readonly number[] = []): Crop {
  const chosen = new Set(ids.map(String));
  const { all } = linksOf(doc, graph);
  const { along } = reroutesOf(doc, graph);
  const [from, to] = [(l: Link) => chosen.has(String(l.from)), (l: Link) => chosen.has(String(l.to))];
  const links = all.filter((l) => from(l) && to(l));
  const chains = links.map((l) => [l, along(l.id)] as const).filter(([, chain]) => chain.length);
  const floating = floatingOf(doc, graph).filter((f) => chosen.has(String((f.from ?? f.to)?.node)));

  return {
    nodes: doc.nodes(graph).filter((n) => chosen.has(String(n['id'])) && doc.node(n['id'] as Id, graph) === n), // of two with one id the first
    links,
    into: all.filter((l) => to(l) && !from(l)),
    out: all.filter((l) => from(l) && !to(l)),
    groups: groupsOf(graph).filter((g) => groups.includes(g.index)),
    floating,
    points: [...new Set([...chains.flatMap(([, chain]) => chain), ...floating.flatMap((f) => f.points)])],
    last: new Map(chains.map(([l, chain]) => [String(l.id), (chain.at(-1) as Reroute).id])),
  };
}

/** What became of each id. */
export interface Planted {
  nodes: ReadonlyMap<string, Id>;
  links: ReadonlyMap<string, Id>;
  points: ReadonlyMap<string, Id>;
  groups: readonly number[]; // their indexes
}

type Ids = Map<string, Id>;

function renumber(doc: Document, kind: Kind, ids: readonly Id[], keep = false): Ids {
  let next = nextId(doc, kind);
  return new Map(ids.map((id) => [String(id), keep ? id : next++]));
}

function shiftCopy(of: JsonObject, [dx, dy]: Pair) {
  const [x, y] = pairOf(of, 'pos');
  const place = pairPlace(of, 'pos') as Record<number, Json> | undefined;
  if (!place) of['pos'] = [x + dx, y + dy];
  else if (dx || dy) [place[0], place[1]] = [x + dx, y + dy];
}

/** A copy of a node, which knows only links that come with it. */
export function cutOut(node: JsonObject, links: ReadonlyMap<string, Id>): JsonObject {
  const made = copy(node);
  const to = (id: Json | undefined): Id | undefined => (id === undefined || id === null ? undefined : links.get(String(id)));
  for (const input of Array.isArray(made['inputs']) ? made['inputs'] : [])
    if (isObject(input) && input['link'] !== undefined) input['link'] = to(input['link']) ?? null;
  for (const output of Array.isArray(made['outputs']) ? made['outputs'] : []) {
    if (!isObject(output) || !Array.isArray(output['links'])) continue;
    const kept = output['links'].map(to).filter((id) => id !== undefined);
    output['links'] = kept.length ? kept : null;
  }
  return made;
}

/** A point for other links, behind another one, moved by that much. */
export function copyOfPoint(point: Reroute, id: Id, parent: Id | undefined, links: readonly Id[], by: Pair): JsonObject {
  const made = copy(point.raw);
  made['id'] = id;
  if (parent === undefined) delete made['parentId'];
  else made['parentId'] = parent;
  delete made['floating'];
  made['linkIds'] = [...links];
  shiftCopy(made, by);
  return made;
}

function plantPoints(e: Edit, at: At, crop: Crop, links: Ids, points: Ids, by: Pair) {
  for (const point of crop.points) {
    const parent = point.parent === undefined ? undefined : points.get(String(point.parent));
    const through = point.links.map((id) => links.get(String(id))).filter((id) => id !== undefined);
    putPoint(e, at, copyOfPoint(point, points.get(String(point.id)) as Id, parent, through, by));
  }
  for (const [link, last] of crop.last) setLast(e, at, links.get(link) as Id, points.get(String(last)));
}

/** Links that wait do so in the new place, too. */
function plantFloating(e: Edit, at: At, crop: Crop, nodes: Ids, links: Ids, points: Ids) {
  const { byId } = reroutesOf(at.doc, at.graph);
  for (const { id, from, to, points: chain, raw } of crop.floating) {
    const last = points.get(String(chain.at(-1)?.id));
    const made = copy(raw);
    made['id'] = links.get(String(id)) as Id;
    if (from) made['origin_id'] = nodes.get(String(from.node)) as Id;
    if (to) made['target_id'] = nodes.get(String(to.node)) as Id;
    made['parentId'] = last as Id;
    append(e, at.graph, 'floatingLinks', made);
    const open = from ? chain.at(-1) : chain[0];
    const [was, is] = [open?.raw['floating'], byId.get(String(points.get(String(open?.id))))?.raw];
    if (is && was !== undefined) e.set(is, 'floating', copy(was));
  }
}

function plantGroups(e: Edit, at: At, crop: Crop, [dx, dy]: Pair): number[] {
  const first = Array.isArray(at.graph['groups']) ? at.graph['groups'].length : 0;
  let next = nextId(at.doc, 'Group');
  const made = crop.groups.map((group) => {
    const raw = copy(group.raw);
    const bounding = raw['bounding'] as Container as Record<number, Json>;
    [bounding[0], bounding[1]] = [group.x + dx, group.y + dy];
    if (raw['id'] !== undefined) raw['id'] = next++;
    return raw;
  });
  append(e, at.graph, 'groups', ...made);
  noteId(e, at.doc, at.graph, 'Group', next - 1);
  return made.map((_, k) => first + k);
}

const highest = (ids: Ids) => Math.max(0, ...[...ids.values()].filter((id): id is number => Number.isSafeInteger(id)));

/** Puts a part down in a graph, moved by that much: nodes under new ids, or under those they have. */
export function plant(e: Edit, at: At, crop: Crop, by: Pair, keepIds = false): Planted {
  const nodes = renumber(at.doc, 'Node', crop.nodes.map((n) => n['id'] as Id), keepIds);
  const links = renumber(at.doc, 'Link', [...crop.links, ...crop.floating].map((l) => l.id));
  const points = renumber(at.doc, 'Reroute', crop.points.map((p) => p.id));
  const list = Array.isArray(at.graph['links']) ? at.graph['links'] : [];
  const asObjects = at.graph !== at.doc.raw || at.graph['version'] === 1;
  const rawLinks = crop.links.map((l) => writeLink(
    { ...l, id: links.get(String(l.id)) as Id, from: nodes.get(String(l.from)) as Id, to: nodes.get(String(l.to)) as Id }, list, asObjects,
  ));
  const made = crop.nodes.map((node) => {
    const out = cutOut(node, links);
    out['id'] = nodes.get(String(node['id'])) as Id;
    shiftCopy(out, by);
    return out;
  });

  append(e, at.graph, 'nodes', ...made);
  append(e, at.graph, 'links', ...rawLinks);
  plantPoints(e, at, crop, links, points, by);
  plantFloating(e, at, crop, nodes, links, points);
  const groups = plantGroups(e, at, crop, by);
  noteId(e, at.doc, at.graph, 'Node', highest(nodes));
  noteId(e, at.doc, at.graph, 'Link', highest(links));
  noteId(e, at.doc, at.graph, 'Reroute', highest(points));
  for (const id of nodes.values()) e.touch(id);
  return { nodes, links, points, groups };
}
