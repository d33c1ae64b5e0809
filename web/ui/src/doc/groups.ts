// Groups are rectangles: a file does not say what is in them. What has its centre within belongs to one; of several, to
// the smallest.
import { centreOf, contains, type Box } from './geometry.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

export interface Group extends Box {
  index: number; // in the graph's list: "group:2" in a selection
  title: string;
  color?: string;
  raw: JsonObject;
}

const finite = (value: Json | undefined) => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

function readGroup(raw: Json, index: number): Group | undefined {
  if (!isObject(raw)) return undefined;
  const bounding = raw['bounding'] as Record<number, Json> | undefined | null;
  if (typeof bounding !== 'object' || bounding === null) return undefined;
  const [x, y, width, height] = [0, 1, 2, 3].map((k) => finite(bounding[k])) as [number, number, number, number];
  const color = typeof raw['color'] === 'string' ? { color: raw['color'] } : {};
  return { index, title: typeof raw['title'] === 'string' ? raw['title'] : '', x, y, width, height, raw, ...color };
}

export function groupsOf(graph: JsonObject): readonly Group[] {
  const list = graph['groups'];
  return Array.isArray(list) ? list.map(readGroup).filter((g) => g !== undefined) : [];
}

const area = (box: Box) => box.width * box.height;

/** The group that something belongs to. */
export function groupAround(groups: readonly Group[], item: Box): Group | undefined {
  let found: Group | undefined;
  const centre = centreOf(item);
  for (const group of groups) {
    if (group.raw === (item as Partial<Group>).raw || !contains(group, centre)) continue;
    if ('raw' in item && area(group) <= area(item)) continue; // of two groups the larger one is not within
    if (!found || area(group) < area(found)) found = group;
  }
  return found;
}

/** Which groups are in any of some groups, however deep; these are, too. */
function insideOf(groups: readonly Group[], chosen: ReadonlySet<Group>): Set<Group> {
  const parents = new Map(groups.map((g) => [g, groupAround(groups, g)]));
  const inside = new Set<Group>();
  for (const group of groups) for (let at: Group | undefined = group; at; at = parents.get(at)) if (chosen.has(at)) inside.add(group);
  return inside;
}

/** All groups within a group, however deep, and itself. */
export function groupsWithin(groups: readonly Group[], ...chosen: readonly Group[]): Group[] {
  return [...insideOf(groups, new Set(chosen))];
}

/** The items that belong to any of some groups, or to one within them. */
export function membersOf<T extends Box>(groups: readonly Group[], chosen: Group | readonly Group[], items: Iterable<T>): T[] {
  const wanted = new Set((Array.isArray(chosen) ? (chosen as readonly Group[]) : [chosen as Group]).map((g) => g.raw));
  const inside = insideOf(groups, new Set(groups.filter((g) => wanted.has(g.raw))));
  const members: T[] = [];
  if (inside.size)
    for (const item of items) {
      const around = groupAround(groups, item);
      if (around && inside.has(around)) members.push(item);
    }
  return members;
}
