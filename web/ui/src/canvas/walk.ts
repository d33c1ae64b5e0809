// Where the keyboard goes on the canvas: the nearest thing that way, along links and their points, into groups and out of them.
import { centre, holds, type Box } from './boxes.ts';
import type { GroupView, LinkView, RerouteView, Scene } from './scene.ts';

export type Way = 'left' | 'right' | 'up' | 'down';

/** What the keyboard can be at. */
export interface Stop extends Box {
  key: string; // as a selection has it
}

const POINT = 8; // a point's half, in the file's units

export const ofPoint = ({ key, x, y }: RerouteView): Stop => ({ key, x: x - POINT, y: y - POINT, width: 2 * POINT, height: 2 * POINT });

export const groupOf = (scene: Scene, key: string): GroupView | undefined => scene.groups.find((g) => g.key === key);
export const pointOf = (scene: Scene, key: string): RerouteView | undefined => scene.reroutes.find((r) => r.key === key);

/** Undefined where it is not there any more. */
export function stopOf(scene: Scene, key: string | undefined): Stop | undefined {
  if (key === undefined) return undefined;
  const point = pointOf(scene, key);
  return scene.byKey.get(key) ?? groupOf(scene, key) ?? (point && ofPoint(point));
}

/** Among what the arrow keys go from there: nodes; from a point also points; from a group groups. */
export function peersOf(scene: Scene, key: string): readonly Stop[] {
  if (key.startsWith('group:')) return scene.groups;
  return key.startsWith('node:') ? scene.nodes : [...scene.nodes, ...scene.reroutes.map(ofPoint)];
}

/** The nearest box whose middle lies that way, rather straight ahead than aside. */
export function toward<T extends Box>(boxes: readonly T[], from: Box, way: Way): T | undefined {
  const at = centre(from);
  let found: T | undefined;
  let least = Infinity;
  for (const box of boxes) {
    const to = centre(box);
    const [dx, dy] = [to.x - at.x, to.y - at.y];
    const ahead = way === 'left' ? -dx : way === 'right' ? dx : way === 'up' ? -dy : dy;
    const aside = Math.abs(way === 'left' || way === 'right' ? dy : dx);
    if (ahead <= 1 || aside > 3 * ahead) continue;
    const far = ahead + 2 * aside;
    if (far < least) [found, least] = [box, far];
  }
  return found;
}

/** All links that are drawn through a point, or to one. */
export const linksAt = (scene: Scene, key: string): LinkView[] => [...scene.links, ...scene.waiting].filter((l) => l.owners.includes(key));

/** Where the first link of an output leads, or an input's comes from: to its next point, if it has one. Asked again there and back, it
 * is the same way. */
export function along(scene: Scene, from: Stop, way: 'left' | 'right'): Stop | undefined {
  const by = way === 'right' ? 1 : -1;
  const all = linksAt(scene, from.key).sort((a, b) => (way === 'right' ? a.fromSlot - b.fromSlot : a.toSlot - b.toSlot));
  for (const { owners } of all) {
    const next = stopOf(scene, owners[owners.indexOf(from.key) + by]);
    if (next) return next;
  }
  return undefined;
}

const size = (b: Box) => b.width * b.height;
const nearestTo = <T extends Box>(boxes: readonly T[], from: Box): T | undefined => {
  const at = centre(from);
  const away = (b: Box) => Math.hypot(centre(b).x - at.x, centre(b).y - at.y);
  return boxes.reduce<T | undefined>((best, b) => (!best || away(b) < away(best) ? b : best), undefined);
};

/** The innermost group around something. */
function around(scene: Scene, of: Stop): GroupView | undefined {
  const isGroup = of.key.startsWith('group:');
  return scene.groups
    .filter((g) => g.key !== of.key && holds(g, centre(of)) && (!isGroup || size(g) > size(of)))
    .sort((a, b) => size(a) - size(b))[0];
}

/** The innermost group around it; for what is in none, the nearest. */
export const outward = (scene: Scene, from: Stop): Stop | undefined =>
  around(scene, from) ?? (from.key.startsWith('group:') ? undefined : nearestTo(scene.groups, from));

/** What comes first in a group: the node, group or point that is the nearest to its title. */
export function inward(scene: Scene, from: Stop): Stop | undefined {
  if (!from.key.startsWith('group:')) return undefined;
  const all: Stop[] = [...scene.nodes, ...scene.groups, ...scene.reroutes.map(ofPoint)];
  return all.filter((s) => around(scene, s)?.key === from.key).sort((a, b) => a.x + a.y - b.x - b.y)[0];
}

/** What is in the middle of what is seen: where the keyboard begins. */
export const middleOf = <T extends Box>(boxes: readonly T[], view: Box): T | undefined => nearestTo(boxes, view);
