// What arrow keys move and size: what is chosen, or what the keyboard is at. Each row of presses is one step, and where it led is said.
import { resizeNode } from '../doc/ops.ts';
import { moveItems, resizeGroup } from '../doc/ops-groups.ts';
import { itemsOf } from '../doc/ops-nodes.ts';
import { TITLE } from '../doc/shape.ts';
import { shapeAt } from '../doc/wire.ts';
import { wordsNow } from '../i18n/words.ts';
import { announce } from './announce.ts';
import type { Box } from './boxes.ts';
import { atNow } from './edit.ts';
import { atStop } from './going.ts';
import { chosen } from './select.ts';
import { view } from './view.ts';
import { groupOf, stopOf } from './walk.ts';

const LEAST = { width: 80, height: 60 }; // of a group, as by hand

/** What is chosen, else what the keyboard is at. */
export function keysMeant(): string[] {
  const at = atStop();
  return chosen().size || !at ? [...chosen()] : [at.key];
}

/** What is pinned stays. */
export function nudge(dx: number, dy: number) {
  const at = atNow();
  const keys = keysMeant().filter((key) => !view.scene.byKey.get(key)?.shape.pinned);
  const first = stopOf(view.scene, keys[0]);
  if (!at || !first) return;
  moveItems(at, itemsOf(at, keys), dx, dy, { join: `nudge ${keys.join(' ')}` });
  announce(wordsNow().canvas.movedTo(Math.round(first.x + dx), Math.round(first.y + dy)));
}

/** Nodes and groups become wider or higher. */
export function stretch(dx: number, dy: number) {
  const at = atNow();
  const keys = keysMeant();
  const nodes = keys.flatMap((key) => view.scene.byKey.get(key) ?? []).filter((n) => !n.shape.pinned && !n.shape.collapsed);
  const groups = keys.flatMap((key) => groupOf(view.scene, key) ?? []);
  if (!at || nodes.length + groups.length === 0) return;
  const join = `stretch ${keys.join(' ')}`;
  for (const n of nodes) resizeNode(at.doc, n.node, n.width + dx, n.height - TITLE + dy, join);
  const boxes = groups.map((g): Box => ({ x: g.x, y: g.y, width: Math.max(LEAST.width, g.width + dx), height: Math.max(LEAST.height, g.height + dy) }));
  groups.forEach(({ group }, i) => resizeGroup(at, group.index, boxes[i] as Box, join));
  const is = nodes[0] ? shapeAt(at, nodes[0].shape.id) : boxes[0];
  if (is) announce(wordsNow().canvas.sized(Math.round(is.width), Math.round(is.height)));
}
