// The menu of what was pressed: of nodes, a link, a group, a socket, or the ground.
import { create } from 'zustand';
import type { Hit } from './hit.ts';
import type { Point } from './curve.ts';
import { offerPicture } from '../run/picture-menu.ts';
import { choose, chosen, focusOn } from './select.ts';
import { toScreen, useHand, view } from './view.ts';
import { groupOf, pointOf, stopOf } from './walk.ts';

export const useMenu = create<{ open?: { hit: Hit; at: Point } | undefined }>(() => ({}));

const keyOf = (hit: Hit): string | undefined =>
  hit.kind === 'node' ? hit.node.key : hit.kind === 'link' ? hit.link.key : hit.kind === 'group' ? hit.group.key
    : hit.kind === 'reroute' ? hit.reroute.key : undefined;

/** What is pressed is chosen first, unless it is one of several that are. `at` is in the window. */
export function openMenu(hit: Hit, at: Point) {
  const key = keyOf(hit);
  if (key && !chosen().has(key)) choose([key]);
  if (key) focusOn(key);
  const open = () => useMenu.setState({ open: { hit, at } });
  if (hit.kind !== 'node' || !offerPicture(document.elementFromPoint(at.x, at.y), at, open)) open();
}

function hitOf(key: string): Hit {
  const { scene } = view;
  const [node, group, reroute] = [scene.byKey.get(key), groupOf(scene, key), pointOf(scene, key)];
  if (node) return { kind: 'node', node, part: 'title' };
  if (group) return { kind: 'group', group, part: 'title' };
  return reroute ? { kind: 'reroute', reroute } : { kind: 'empty' };
}

/** By a key: of what the keyboard is at, else of the ground. */
export function openMenuHere() {
  const graph = document.querySelector('.graph')?.getBoundingClientRect();
  const stop = stopOf(view.scene, useHand.getState().focus);
  if (!graph) return;
  const p = stop ? toScreen({ x: stop.x + 20, y: stop.y + 30 }) : { x: view.size.width / 2, y: view.size.height / 2 };
  openMenu(hitOf(stop?.key ?? ''), { x: graph.x + p.x, y: graph.y + p.y });
}
