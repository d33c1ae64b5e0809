// Dragging what is chosen. Until the drop nothing of the document changes and nothing is drawn by React: bodies that are on the
// page are moved by one animation each, everything else by the drawing. A thousand nodes cost what the visible ones cost.
import { useSettings } from '../app/settings.ts';
import { fits } from '../defs/types.ts';
import type { Id } from '../doc/links.ts';
import { insertOnLink, itemsOf } from '../doc/ops-nodes.ts';
import { membersOfGroups, moveItems, resizeGroup } from '../doc/ops-groups.ts';
import { resizeNode } from '../doc/ops.ts';
import { TITLE } from '../doc/shape.ts';
import { centre } from './boxes.ts';
import type { Point } from './curve.ts';
import { duplicateChosen } from './clipboard.ts';
import { atNow, atOnce } from './edit.ts';
import type { Gesture } from './gestures.ts';
import { glider, type Glider } from './glide.ts';
import { linkAt } from './hit.ts';
import type { GroupView, LinkView, NodeView } from './scene.ts';
import { choose, chosen } from './select.ts';
import { repaint, slide, view, type Moving } from './view.ts';

const toGrid = (n: number, grid: number) => Math.round(n / grid) * grid;

/** What a hand moves or sizes goes to the lines of the grid, or stays where the hand is. */
function snapped(n: number, e: PointerEvent): number {
  const { snap, grid } = useSettings.getState();
  return snap === 'always' ? (e.shiftKey ? n : toGrid(n, grid)) : snap === 'shift' && e.shiftKey ? toGrid(n, grid) : n;
}

/** Moves what stands on the page for what is dragged: what holds all bodies, or each body, also one that comes meanwhile; and the ring of
 * the keyboard. */
function shifter({ keys, all }: Pick<Moving, 'keys' | 'all'>): Glider {
  const held = new Map<HTMLElement, Glider>();
  return {
    to(place) {
      for (const element of document.querySelectorAll<HTMLElement>(`.graph :is(${all ? '.react-flow__nodes' : '.react-flow__node'}, .at)`)) {
        if (!all && !keys.has(element.dataset['id'] ?? element.dataset['key'] ?? '')) continue;
        const one = held.get(element) ?? glider(element, 'translate');
        held.set(element, one);
        one.to(place);
      }
    },
    rest: () => held.forEach((one) => one.rest()),
  };
}

/** Everything that there is. */
function isAll(keys: ReadonlySet<string>): boolean {
  const { nodes, groups, reroutes, edges } = view.scene;
  return edges.length === 0 && [nodes, groups, reroutes].every((all) => all.every((one) => keys.has(one.key)));
}

/** All that goes along: what belongs to chosen groups, too. Pinned nodes stay. */
function alongWith(keys: ReadonlySet<string>, frames: boolean): Set<string> {
  const at = atNow();
  const all = new Set(keys);
  if (at && !frames) {
    const within = membersOfGroups(at, itemsOf(at, keys).groups);
    for (const id of within.nodes) all.add(`node:${id}`);
    for (const id of within.reroutes) all.add(`reroute:${id}`);
    for (const index of within.groups) all.add(`group:${index}`);
  }
  for (const key of all) if (view.scene.byKey.get(key)?.shape.pinned) all.delete(key);
  return all;
}

/** The first input and the first output of a node that fit into a link. */
function placeIn(link: LinkView, { shape }: NodeView): { input: number; output: number } | undefined {
  const taken = view.scene.nodes.find((n) => n.id === link.to)?.shape.inputs.find((s) => s.index === link.toSlot);
  const input = shape.inputs.find((s) => !s.links.length && s.widget === undefined && fits(link.type, s.type));
  const output = shape.outputs.find((s) => fits(s.type, taken?.type ?? link.type));
  return input && output ? { input: input.index, output: output.index } : undefined;
}

/** The link that a single node is held over. */
function linkUnder(node: NodeView | undefined): LinkView | undefined {
  const { moving, scene } = view;
  if (!node || !moving || node.shape.inputs.some((s) => s.widget === undefined && s.links.length)) return undefined;
  const middle = centre(node);
  const at = { x: middle.x + moving.dx, y: middle.y + moving.dy };
  const own = (l: LinkView) => l.from === node.id || l.to === node.id;
  const found = linkAt(scene, at, Math.min(60, node.height / 2), own)?.link;
  return found && placeIn(found, node) ? found : undefined;
}

/** Starts to move the selection; `frames`: groups without what is in them. */
export function move(from: Point, { frames = false, copy = false } = {}): Gesture {
  const keys = alongWith(chosen(), frames);
  const nodes = view.scene.nodes.filter((n) => keys.has(n.key));
  const alone = nodes.length === 1 && keys.size === 1 && !copy ? nodes[0] : undefined;
  const own = (of: { key: string }) => keys.has(of.key);
  const group = view.scene.groups.find(own);
  const first = nodes[0] ? { x: nodes[0].x, y: nodes[0].y + TITLE } : (group ?? view.scene.reroutes.find(own)); // its corner comes to the grid

  const held = isAll(keys) ? { keys: new Set<string>(), all: true } : { keys };
  const bodies = shifter(held);
  view.moving = { ...held, dx: 0, dy: 0 };
  const let_go = () => {
    bodies.rest();
    view.moving = view.over = undefined;
    repaint();
  };
  return {
    move(p, e) {
      const { x = 0, y = 0 } = first ?? {};
      const [dx, dy] = [snapped(x + p.x - from.x, e) - x, snapped(y + p.y - from.y, e) - y];
      view.moving = { ...held, dx, dy };
      view.over = e.altKey ? undefined : linkUnder(alone)?.key;
      bodies.to(`${dx}px ${dy}px`);
      if (held.all) slide();
      else repaint();
    },
    drop() {
      const at = atNow();
      const { moving, over, scene } = view;
      const link = over === undefined ? undefined : scene.linkByKey.get(over);
      const place = link && alone && placeIn(link, alone);
      if (!at || !moving || (!moving.dx && !moving.dy)) return let_go();
      const [dx, dy] = [Math.round(moving.dx), Math.round(moving.dy)];
      atOnce(() => at.doc.together(() => {
        moveItems(at, itemsOf(at, keys), dx, dy, { frames: true });
        if (link && place) insertOnLink(at, link.id, alone.shape.id as Id, place.input, place.output);
      }));
      let_go();
    },
    cancel: let_go,
  };
}

/** Alt+drag: copies are what moves. Those that are seen meanwhile are taken back; the drop makes them where they are let go, as one step. */
export function moveCopy(from: Point): Gesture {
  const at = atNow();
  const before = chosen();
  const was = at?.doc.now;
  duplicateChosen(0, 0);
  const moved = move(from, { copy: true });
  const back = () => {
    moved.cancel();
    if (at && at.doc.now !== was) at.doc.takeBack();
    choose(before);
  };
  return {
    move: moved.move,
    drop() {
      const { dx = 0, dy = 0 } = view.moving ?? {};
      atOnce(() => {
        back();
        if (dx || dy) duplicateChosen(Math.round(dx), Math.round(dy));
      });
    },
    cancel: back,
  };
}

export function resize(node: NodeView, from: Point): Gesture {
  const at = atNow();
  const join = `resize ${node.id} ${performance.now()}`;
  const { doc } = at ?? {};
  const was = doc?.now;
  return {
    move(p, e) {
      if (!doc) return;
      const [x, y] = [node.x, node.y + TITLE];
      const [width, height] = [snapped(x + node.width + p.x - from.x, e) - x, snapped(y + node.height - TITLE + p.y - from.y, e) - y];
      resizeNode(doc, node.node, Math.max(80, Math.round(width)), Math.max(0, Math.round(height)), join);
    },
    drop: () => {},
    cancel: () => doc && doc.now !== was && doc.takeBack(),
  };
}

export function resizeFrame({ key, group, width, height, x, y }: GroupView, from: Point): Gesture {
  const end = () => {
    view.sizing = undefined;
    repaint();
  };
  return {
    move(p, e) {
      const [right, bottom] = [snapped(x + width + p.x - from.x, e), snapped(y + height + p.y - from.y, e)];
      view.sizing = { key, width: Math.max(80, Math.round(right - x)), height: Math.max(60, Math.round(bottom - y)) };
      repaint();
    },
    drop() {
      const at = atNow();
      if (at && view.sizing) resizeGroup(at, group.index, { x, y, width: view.sizing.width, height: view.sizing.height });
      end();
    },
    cancel: end,
  };
}
