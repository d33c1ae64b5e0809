// Going from node to node by the keyboard: the nearest one that way, and along links.
import { centre, type Box } from './boxes.ts';
import type { NodeView, Scene } from './scene.ts';

export type Way = 'left' | 'right' | 'up' | 'down';

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

/** Where the first link of an output leads, or an input's comes from. Asked again there and back, it is the same way. */
export function along(scene: Scene, from: NodeView, way: 'left' | 'right'): NodeView | undefined {
  const links = scene.links.filter((l) => (way === 'right' ? l.from === from.id : l.to === from.id));
  const first = links.sort((a, b) => (way === 'right' ? a.fromSlot - b.fromSlot : a.toSlot - b.toSlot))[0];
  return first && scene.byKey.get(`node:${way === 'right' ? first.to : first.from}`);
}

/** The node in the middle of what is seen: where the keyboard begins. */
export function middleOf<T extends Box>(boxes: readonly T[], view: Box): T | undefined {
  const at = centre(view);
  const away = (b: Box) => Math.hypot(centre(b).x - at.x, centre(b).y - at.y);
  return boxes.reduce<T | undefined>((best, b) => (!best || away(b) < away(best) ? b : best), undefined);
}
