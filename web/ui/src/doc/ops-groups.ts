// Groups, which are rectangles; and what moves: nodes, what groups hold, points on links.
import type { Edit } from './document.ts';
import { around, pairOf, pairPlace, type Box } from './geometry.ts';
import { groupsOf, groupsWithin, membersOf, type Group } from './groups.ts';
import { nextId, noteId } from './ids.ts';
import { newObject, type Container, type Json, type JsonObject } from './json.ts';
import type { Items } from './ops-nodes.ts';
import { reroutesOf } from './reroutes.ts';
import { shapeOf } from './shapes.ts';
import { append, drop, shapeAt, type At } from './wire.ts';

const PADDING = 20;
const HEAD = 44; // above what is in it: the group's title
const COLOR = '#3f789e';

const box4 = (b: Box): Json[] => [b.x, b.y, b.width, b.height];

/** A group of its own place. Returns its index. */
export function addGroup(at: At, title: string, box: Box): number {
  const index = Array.isArray(at.graph['groups']) ? at.graph['groups'].length : 0;
  const id = nextId(at.doc, 'Group');
  at.doc.transact('group', (e) => {
    append(e, at.graph, 'groups', newObject({ id, title, bounding: box4(box), color: COLOR, flags: newObject() }));
    noteId(e, at.doc, at.graph, 'Group', id);
  });
  return index;
}

/** The rectangle of a group around nodes and groups. */
function boxAround(at: At, items: Items): Box | undefined {
  const groups = groupsOf(at.graph).filter((g) => items.groups?.includes(g.index));
  const shapes = (items.nodes ?? []).map((id) => shapeAt(at, id)).filter((s) => s !== undefined);
  const box = around([...shapes, ...groups]);
  return box && { x: box.x - PADDING, y: box.y - HEAD, width: box.width + 2 * PADDING, height: box.height + HEAD + PADDING };
}

/** A group around what is chosen; undefined where nothing is. */
export function groupItems(at: At, title: string, items: Items): number | undefined {
  const box = boxAround(at, items);
  return box && addGroup(at, title, box);
}

function change(at: At, index: number, label: string, edit: (e: Edit, group: Group) => void, join?: string) {
  const group = groupsOf(at.graph).find((g) => g.index === index);
  if (group) at.doc.transact(label, (e) => edit(e, group), join);
}

function setBox(e: Edit, group: Group, box: Box) {
  const bounding = group.raw['bounding'] as Container;
  box4(box).forEach((value, k) => e.set(bounding, k, value));
}

export function resizeGroup(at: At, index: number, box: Box, join?: string) {
  change(at, index, 'resize', (e, group) => setBox(e, group, box), join);
}

/** A group becomes as large as what is in it needs; one with nothing in it stays. */
export function fitGroup(at: At, index: number) {
  const { nodes, groups } = membersOfGroups(at, [index]);
  const box = boxAround(at, { nodes, groups: groups.filter((g) => g !== index) });
  if (box) resizeGroup(at, index, box);
}

export function renameGroup(at: At, index: number, title: string) {
  change(at, index, 'rename', (e, group) => e.set(group.raw, 'title', title), `group ${index}`);
}

export function colorGroup(at: At, index: number, color: string | undefined) {
  change(at, index, 'color', (e, group) => (color === undefined ? e.remove(group.raw, 'color') : e.set(group.raw, 'color', color)));
}

/** The frames go; what is in them stays. */
export function removeGroups(at: At, indexes: readonly number[]) {
  const gone = new Set<Json>(groupsOf(at.graph).filter((g) => indexes.includes(g.index)).map((g) => g.raw));
  at.doc.transact('ungroup', (e) => {
    if (Array.isArray(at.graph['groups'])) drop(e, at.graph['groups'], (g) => gone.has(g));
  });
}

// ------------------------------------------------------------------ moving

const pointBox = ([x, y]: readonly [number, number]): Box => ({ x, y, width: 0, height: 0 });

/** What belongs to groups: the nodes, groups and points within, however deep, and themselves. */
export function membersOfGroups(at: At, indexes: readonly number[]): Required<Items> {
  const groups = groupsOf(at.graph);
  const chosen = groups.filter((g) => indexes.includes(g.index));
  if (!chosen.length) return { nodes: [], reroutes: [], groups: [], links: [] };
  const nodes = at.doc.nodes(at.graph).map((n) => shapeOf(n, at.graph, at.doc, at.defs));
  const points = reroutesOf(at.doc, at.graph).all.map((r) => ({ ...pointBox(r.at), id: r.id }));
  return {
    nodes: membersOf(groups, chosen, nodes).map((n) => n.id),
    reroutes: membersOf(groups, chosen, points).map((p) => p.id),
    groups: groupsWithin(groups, ...chosen).map((g) => g.index),
    links: [],
  };
}

function shiftPair(e: Edit, of: JsonObject, dx: number, dy: number) {
  const [x, y] = pairOf(of, 'pos');
  const place = pairPlace(of, 'pos');
  if (place) {
    e.set(place, 0, x + dx);
    e.set(place, 1, y + dy);
  } else e.set(of, 'pos', [x + dx, y + dy]);
}

/** Moves what is given, within a transaction. Each thing moves once. */
export function shift(e: Edit, at: At, items: Items, dx: number, dy: number) {
  const ids = [...new Set((items.nodes ?? []).map(String))];
  const nodes = ids.map((id) => at.doc.node(id, at.graph)); // before the first change, which makes the document look anew
  nodes.forEach((node, i) => {
    if (!node) return;
    shiftPair(e, node, dx, dy);
    e.touch(ids[i] ?? '');
  });
  const { byId } = reroutesOf(at.doc, at.graph);
  for (const id of new Set((items.reroutes ?? []).map(String))) {
    const point = byId.get(id);
    if (point) shiftPair(e, point.raw, dx, dy);
  }
  for (const group of groupsOf(at.graph))
    if (items.groups?.includes(group.index)) setBox(e, group, { ...group, x: group.x + dx, y: group.y + dy });
}

/** Moves a selection; groups take along what belongs to them, unless `frames` says that only they move. Steps with the same
 * `join` become one. */
export function moveItems(at: At, items: Items, dx: number, dy: number, how: { frames?: boolean; join?: string } = {}) {
  const within = how.frames ? undefined : membersOfGroups(at, items.groups ?? []);
  const all: Items = {
    nodes: [...(items.nodes ?? []), ...(within?.nodes ?? [])],
    groups: [...(items.groups ?? []), ...(within?.groups ?? [])],
    reroutes: [...(items.reroutes ?? []), ...(within?.reroutes ?? [])],
  };
  at.doc.transact('move', (e) => shift(e, at, all, dx, dy), how.join);
}
