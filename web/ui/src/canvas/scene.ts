// What a graph of a document looks like, in numbers: nodes, links, reroute points, groups, and the two edges of a subgraph.
// Made anew with each change of the document; a node that was not touched keeps the very object it had, so that nobody
// draws it again. Keys are those of a selection: "node:7", "link:3", "group:0", "reroute:2".
import type { Defs } from '../defs/def.ts';
import type { Document } from '../doc/document.ts';
import { groupsOf, type Group } from '../doc/groups.ts';
import type { JsonObject } from '../doc/json.ts';
import { linksOf, type Id, type Link, type Links } from '../doc/links.ts';
import { floatingOf, openPoint, type Floating } from '../doc/floating.ts';
import { reroutesOf, type Reroutes } from '../doc/reroutes.ts';
import { graphAt, livePath } from '../doc/subgraph.ts';
import { edgesOf, shapeOf, socketAt } from '../doc/shapes.ts';
import { TITLE, type NodeShape, type SocketShape } from '../doc/shape.ts';
import { around, grown, type Box } from './boxes.ts';
import type { Point } from './curve.ts';

export interface NodeView extends Box {
  key: string;
  id: string;
  node: JsonObject;
  shape: NodeShape;
  known: string; // of which version, with which links, it is
}

/** One end that a link has or may have. */
export interface SocketEnd {
  node: string; // -10 and -20: the edges of a subgraph
  side: 'in' | 'out';
  index: number;
  name: string;
  type: string;
  at: Point;
  link?: string; // the key of the link that was taken from there
  circle?: boolean; // it would close one
}

export interface LinkView {
  key: string;
  id: Id;
  type: string;
  from: string;
  fromSlot: number;
  to: string;
  toSlot: number;
  points: readonly Point[]; // its ends, and its reroute points between
  owners: readonly string[]; // whose points they are: what moves with what
  box: Box;
  broken: boolean; // an end of it is muted
}

export interface GroupView extends Box {
  key: string;
  group: Group;
  label: string;
  size: number; // of its letters
  title: number; // the height of its title
  color?: string | undefined;
}

export interface RerouteView extends Point {
  key: string;
  id: Id;
  type: string;
  floating?: Floating; // here a link waits for its other end
}

export interface EdgeView extends Box {
  key: string;
  side: 'in' | 'out'; // of the subgraph: its inputs are outputs to those within
  shape: NodeShape;
}

export interface Scene {
  doc?: Document;
  graph?: JsonObject;
  defs?: Defs;
  prefix: string; // of what a prompt calls its nodes: "12:"
  nodes: readonly NodeView[]; // in the order of the file: later ones lie above
  byKey: ReadonlyMap<string, NodeView>;
  links: readonly LinkView[];
  waiting: readonly LinkView[]; // of which one end is nowhere yet
  linkByKey: ReadonlyMap<string, LinkView>;
  groups: readonly GroupView[];
  reroutes: readonly RerouteView[];
  edges: readonly EdgeView[];
  box?: Box | undefined; // around all of it
}

export const EMPTY_SCENE: Scene = {
  prefix: '', nodes: [], byKey: new Map(), links: [], waiting: [], linkByKey: new Map(), groups: [], reroutes: [], edges: [],
};

export const nodeKey = (id: Id) => `node:${id}`;

// ------------------------------------------------------------------ nodes

const ids = (links: readonly Link[]) => links.map((l) => `${l.id},${l.fromSlot},${l.toSlot}`).join(' ');

function viewOfNode(node: JsonObject, graph: JsonObject, doc: Document, defs: Defs, links: Links, was: Scene): NodeView {
  const id = String(node['id']);
  const inner = doc.definition(node['type']) ? doc.changes : 0; // its sockets are the definition's
  const known = `${doc.version(id)};${inner};${ids(links.into(id))};${ids(links.from(id))}`;
  const old = was.byKey.get(nodeKey(id));
  if (old && old.node === node && old.known === known) return old;
  const shape = shapeOf(node, graph, doc, defs);
  const { x, y, width, height } = shape;
  return { key: nodeKey(id), id, node, shape, known, x, y, width, height };
}

// ------------------------------------------------------------------ links

interface Ends {
  shape: NodeShape;
  key: string;
}

const pointOf = (shape: NodeShape, side: 'in' | 'out', index: number): Point => {
  const [x, y] = socketAt(shape, side, index);
  return { x, y };
};

function typeOf(shape: NodeShape, slot: number, said: unknown): string {
  const type = shape.outputs.find((s) => s.index === slot)?.type;
  return type !== undefined && type !== '*' ? type : typeof said === 'string' && said !== '' ? said : '*';
}

function viewOfLink(link: Link, ends: ReadonlyMap<string, Ends>, reroutes: Reroutes): LinkView | undefined {
  const from = ends.get(String(link.from));
  const to = ends.get(String(link.to));
  if (!from || !to) return undefined;
  const along = reroutes.along(link.id);
  const points: Point[] = [
    pointOf(from.shape, 'out', link.fromSlot), ...along.map(({ at: [x, y] }) => ({ x, y })), pointOf(to.shape, 'in', link.toSlot),
  ];
  const box = around(points.map((p) => ({ ...p, width: 0, height: 0 }))) as Box;
  const pull = 8 + Math.max(box.width, box.height) / 4;
  return {
    key: `link:${link.id}`, id: link.id, type: typeOf(from.shape, link.fromSlot, link.type),
    from: String(link.from), fromSlot: link.fromSlot, to: String(link.to), toSlot: link.toSlot,
    points, owners: [from.key, ...along.map((r) => `reroute:${r.id}`), to.key],
    box: grown(box, pull, 8 + Math.min(pull, box.height / 4)), broken: from.shape.mode === 'muted' || to.shape.mode === 'muted',
  };
}

// ------------------------------------------------------------------ the rest

function viewOfGroup(group: Group): GroupView {
  const written = group.raw['font_size'];
  const size = typeof written === 'number' && written > 0 ? Math.max(10, Math.min(200, written)) : 24;
  const { x, y, width, height } = group;
  return { key: `group:${group.index}`, group, label: group.title, size: size * 0.75, title: size * 1.4, color: group.color, x, y, width, height };
}

/** A link that waits: from its one end to its last point. */
function viewOfFloating(floating: Floating, ends: ReadonlyMap<string, Ends>): LinkView | undefined {
  const { from, to, points } = floating;
  const [side, end] = from ? (['out', from] as const) : (['in', to] as const);
  const at = end && ends.get(String(end.node));
  if (!end || !at) return undefined;
  const socket = { point: pointOf(at.shape, side, end.index), owner: at.key };
  const chain = points.map(({ id, at: [x, y] }) => ({ point: { x, y }, owner: `reroute:${id}` }));
  const all = from ? [socket, ...chain] : [...chain, socket];
  const line = all.map((a) => a.point);
  const box = grown(around(line.map((p) => ({ ...p, width: 0, height: 0 }))) as Box, 40);
  return {
    key: `floating:${floating.id}`, id: floating.id, type: floating.type, from: from ? String(from.node) : '', fromSlot: from?.index ?? 0,
    to: to ? String(to.node) : '', toSlot: to?.index ?? 0, points: line, owners: all.map((a) => a.owner),
    box, broken: true,
  };
}

function viewsOfReroutes(reroutes: Reroutes, links: readonly LinkView[], floating: readonly Floating[]): RerouteView[] {
  const waiting = new Map<string, Floating>(floating.map((f) => [`reroute:${openPoint(f)?.id}`, f] as const));
  const types = new Map(links.flatMap((l) => l.owners.filter((o) => o.startsWith('reroute:')).map((o) => [o, l.type] as const)));
  return reroutes.all.map(({ id, at: [x, y] }) => {
    const key = `reroute:${id}`;
    const found = waiting.get(key);
    return { key, id, x, y, type: types.get(key) ?? '*', ...(found ? { floating: found } : {}) };
  });
}

function viewsOfEdges(graph: JsonObject, doc: Document): EdgeView[] {
  if (graph === doc.raw) return [];
  const { input, output } = edgesOf(graph, doc);
  return ([['in', input], ['out', output]] as const).map(([side, shape]) => {
    const { x, y, width, height } = shape;
    return { key: `edge:${shape.id}`, side, shape, x, y, width, height };
  });
}

export function sceneOf(doc: Document, path: readonly Id[], defs: Defs, was: Scene): Scene {
  const graph = graphAt(doc, livePath(doc, path)) ?? doc.raw;
  const links = linksOf(doc, graph);
  const reroutes = reroutesOf(doc, graph);
  const old = was.graph === graph && was.doc === doc && was.defs === defs ? was : EMPTY_SCENE;
  const byKey = new Map<string, NodeView>();

  for (const node of doc.nodes(graph)) {
    const made = viewOfNode(node, graph, doc, defs, links, old);
    if (!byKey.has(made.key)) byKey.set(made.key, made); // of two with one id, the first is the one that links mean
  }
  const nodes = [...byKey.values()];
  const edges = viewsOfEdges(graph, doc);
  const ends = new Map<string, Ends>([
    ...nodes.map((n) => [n.id, { shape: n.shape, key: n.key }] as const),
    ...edges.map((e) => [String(e.shape.id), { shape: e.shape, key: e.key }] as const),
  ]);
  const floating = floatingOf(doc, graph);
  const linkViews = links.all.map((l) => viewOfLink(l, ends, reroutes)).filter((l) => l !== undefined);
  const waiting = floating.map((f) => viewOfFloating(f, ends)).filter((l) => l !== undefined);
  const groups = groupsOf(graph).map(viewOfGroup);
  const points = viewsOfReroutes(reroutes, [...linkViews, ...waiting], floating);
  return {
    doc, graph, defs, prefix: path.map((id) => `${id}:`).join(''), nodes, byKey, edges, groups, reroutes: points,
    links: linkViews, waiting, linkByKey: new Map(linkViews.map((l) => [l.key, l])),
    box: around([...nodes, ...groups, ...edges, ...points.map((p) => ({ x: p.x - 8, y: p.y - 8, width: 16, height: 16 }))]),
  };
}

// ------------------------------------------------------------------ sockets

export function endOf(shape: NodeShape, side: 'in' | 'out', socket: SocketShape): SocketEnd {
  const x = side === 'in' ? shape.x : shape.x + shape.width;
  return { node: String(shape.id), side, index: socket.index, name: socket.name, type: socket.type, at: { x, y: shape.y + socket.y } };
}

/** A node or an edge of a subgraph. */
export function shapeById(scene: Scene, id: string): NodeShape | undefined {
  return scene.byKey.get(nodeKey(id))?.shape ?? scene.edges.find((e) => String(e.shape.id) === id)?.shape;
}

/** Where a node's title ends, and its body begins. */
export const titleOf = (n: NodeView): Box => ({ x: n.x, y: n.y, width: n.width, height: Math.min(TITLE, n.height) });
