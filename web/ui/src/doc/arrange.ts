// Puts nodes into columns along their links. A group stays a group: it is arranged within, and then as one box among the others.
import type { Edit } from './document.ts';
import { around, pairPlace, type Box, type Pair } from './geometry.ts';
import { groupAround, groupsOf, type Group } from './groups.ts';
import type { Container, Json } from './json.ts';
import { layered, type Item, type Line } from './layered.ts';
import { linksOf, type Id } from './links.ts';
import { removePoints } from './ops-reroutes.ts';
import { reroutesOf } from './reroutes.ts';
import { TITLE, type NodeShape } from './shape.ts';
import { shapeOf, socketAt } from './shapes.ts';
import type { At } from './wire.ts';

const PADDING = 20;
const HEAD = 44;

interface Plan {
  nodes: Map<string, Pair>; // of their titles' corners
  groups: Map<Group, Box>;
}

interface Level {
  nodes: NodeShape[];
  groups: Group[];
}

const nodeKey = (id: Id) => `node ${id}`;
const groupKey = (group: Group) => `group ${group.index}`;

/** What stands directly in each group, and outside of all of them. */
function levelsOf(at: At, shapes: readonly NodeShape[]): Map<Group | undefined, Level> {
  const groups = groupsOf(at.graph);
  const levels = new Map<Group | undefined, Level>();
  const levelOf = (group: Group | undefined): Level => {
    const found = levels.get(group);
    if (found) return found;
    const level: Level = { nodes: [], groups: [] };
    levels.set(group, level);
    if (group) levelOf(groupAround(groups, group)).groups.push(group);
    return level;
  };
  levelOf(undefined);
  for (const shape of shapes) levelOf(groupAround(groups, shape)).nodes.push(shape);
  return levels;
}

function move(plan: Plan, within: Plan, [dx, dy]: Pair) {
  for (const [id, [x, y]] of within.nodes) plan.nodes.set(id, [x + dx, y + dy]);
  for (const [group, box] of within.groups) plan.groups.set(group, { ...box, x: box.x + dx, y: box.y + dy });
}

interface Arranged {
  plan: Plan;
  box: Box;
}

/** One level, and all below it; begins at [0, 0]. */
function arrangeLevel(levels: ReadonlyMap<Group | undefined, Level>, group: Group | undefined, at: At): Arranged {
  const level = levels.get(group) ?? { nodes: [], groups: [] };
  const inner = new Map(level.groups.map((g) => [groupKey(g), { group: g, ...arrangeLevel(levels, g, at) }]));
  const holder = new Map<string, string>(level.nodes.map((n) => [String(n.id), nodeKey(n.id)]));
  for (const [key, { plan }] of inner) for (const id of plan.nodes.keys()) holder.set(id, key);

  const items: Item[] = [
    ...level.nodes.map((n) => ({ id: nodeKey(n.id), width: n.width, height: n.height, y: n.y })),
    ...[...inner].map(([id, { group: g, box }]) => ({ id, width: box.width, height: box.height, y: g.y })),
  ];
  const places = layered(items, linesOf(at, holder, inner));
  const plan: Plan = { nodes: new Map(), groups: new Map() };
  for (const node of level.nodes) plan.nodes.set(String(node.id), places.get(nodeKey(node.id)) ?? [0, 0]);
  for (const [key, { group: g, plan: within, box }] of inner) {
    const [x, y] = places.get(key) ?? [0, 0];
    move(plan, within, [x + PADDING, y + HEAD]);
    plan.groups.set(g, { ...box, x, y });
  }
  const boxes = items.map((i) => ({ x: places.get(i.id)?.[0] ?? 0, y: places.get(i.id)?.[1] ?? 0, width: i.width, height: i.height }));
  const all = around(boxes) ?? { x: 0, y: 0, width: 0, height: 0 };
  return { plan, box: group ? { x: 0, y: 0, width: all.width + 2 * PADDING, height: all.height + HEAD + PADDING } : all };
}

/** The links of the graph between what stands on one level; those within one box of it are its own. */
function linesOf(at: At, holder: ReadonlyMap<string, string>, inner: ReadonlyMap<string, Arranged>): Line[] {
  const heightOf = (id: Id, side: 'in' | 'out', slot: number): number => {
    const node = at.doc.node(id, at.graph);
    if (!node) return 0;
    const shape = shapeOf(node, at.graph, at.doc, at.defs);
    const within = inner.get(holder.get(String(id)) ?? '')?.plan.nodes.get(String(id));
    return socketAt(shape, side, slot)[1] - shape.y + (within ? within[1] + HEAD : 0);
  };
  return linksOf(at.doc, at.graph).all.flatMap((link) => {
    const [from, to] = [holder.get(String(link.from)), holder.get(String(link.to))];
    if (from === undefined || to === undefined || from === to) return [];
    return [{ from, to, fromY: heightOf(link.from, 'out', link.fromSlot), toY: heightOf(link.to, 'in', link.toSlot) }];
  });
}

function setPair(e: Edit, of: Container, values: readonly Json[]) {
  values.forEach((value, k) => e.set(of, k, value));
}

function apply(e: Edit, at: At, plan: Plan, reroutes: ReadonlySet<string>, [dx, dy]: Pair) {
  for (const [id, [x, y]] of plan.nodes) {
    const node = at.doc.node(id, at.graph);
    if (!node) continue;
    const pos = [x + dx, y + dy + (reroutes.has(id) ? 0 : TITLE)];
    const place = pairPlace(node, 'pos');
    if (place) setPair(e, place, pos);
    else e.set(node, 'pos', pos);
    e.touch(node['id'] as Id);
  }
  for (const [group, box] of plan.groups) setPair(e, group.raw['bounding'] as Container, [box.x + dx, box.y + dy, box.width, box.height]);
}

/** Arranges nodes, or all that are not pinned, where they begin now. Points on links between them go: they would be in the way. */
export function arrange(at: At, ids?: readonly Id[]) {
  const chosen = ids && new Set(ids.map(String));
  const all = at.doc.nodes(at.graph).map((n) => shapeOf(n, at.graph, at.doc, at.defs));
  const shapes = all.filter((s) => (chosen ? chosen.has(String(s.id)) : !s.pinned));
  const levels = chosen && chosen.size < all.length ? new Map([[undefined, { nodes: shapes, groups: [] }]]) : levelsOf(at, shapes);
  const moved = new Set(shapes.map((s) => String(s.id)));
  const { plan } = arrangeLevel(levels, undefined, at);
  const corner = around([...shapes, ...plan.groups.keys()]);
  const links = linksOf(at.doc, at.graph).all.filter((l) => moved.has(String(l.from)) && moved.has(String(l.to)));
  const points = new Set(links.flatMap((l) => reroutesOf(at.doc, at.graph).along(l.id).map((r) => r.id)));

  if (!corner) return;
  at.doc.transact('arrange', (e) => {
    removePoints(e, at, [...points]);
    apply(e, at, plan, new Set(shapes.filter((s) => s.kind === 'reroute').map((s) => String(s.id))), [Math.round(corner.x), Math.round(corner.y)]);
  });
}
