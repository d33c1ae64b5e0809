// A link in somebody's hand: from a socket, to one that fits, a node that has one, or nothing at all.
import { useDefs } from '../defs/defs.ts';
import { fits } from '../defs/types.ts';
import { expose } from '../doc/edge.ts';
import { INPUT_EDGE, OUTPUT_EDGE, type Id } from '../doc/links.ts';
import { landFloating, leaveFloating, openPoint, type Floating } from '../doc/floating.ts';
import { moveItems } from '../doc/ops-groups.ts';
import { closesCircle } from '../doc/ops-nodes.ts';
import { branchOff, connect, moveLinks, removeLinks } from '../doc/ops-links.ts';
import type { NodeShape, SocketShape } from '../doc/shape.ts';
import type { At } from '../doc/wire.ts';
import type { Point } from './curve.ts';
import { offerNodes } from './adding.ts';
import { atNow } from './edit.ts';
import type { Gesture } from './gestures.ts';
import { hitAt } from './hit.ts';
import { placesIn } from './places.ts';
import { endOf, shapeById, type LinkView, type Scene, type SocketEnd } from './scene.ts';
import { repaint, toScreen, useHand, view } from './view.ts';

const ON_SOMETHING = new Set(['node', 'socket']);
const REACH = 24; // screen pixels: a target is easier to hit than a source

/** What is in the hand: the ends that stay where they are, and what they want to meet. */
export interface Held {
  ends: readonly SocketEnd[]; // one; several: all links of an output, carried to another
  side: 'in' | 'out'; // of what they may be dropped on
  type: string;
  floating?: Floating; // it waited at a point until now
}

/** A linked input gives its link away; any other socket begins one. */
export function take(scene: Scene, end: SocketEnd, socket: SocketShape, all: boolean): Held {
  const links = scene.links.filter((l) => (end.side === 'in' ? l.to === end.node && l.toSlot === end.index : l.from === end.node && l.fromSlot === end.index));
  const link = links[0];
  if (end.side === 'in' && link && socket.links.length) {
    const shape = shapeById(scene, link.from);
    const origin = shape?.outputs.find((s) => s.index === link.fromSlot);
    if (shape && origin) return { ends: [{ ...endOf(shape, 'out', origin), link: link.key }], side: 'in', type: link.type };
  }
  if (end.side === 'out' && all && links.length) {
    const ends = links.flatMap((l) => {
      const shape = shapeById(scene, l.to);
      const target = shape?.inputs.find((s) => s.index === l.toSlot);
      return shape && target ? [{ ...endOf(shape, 'in', target), link: l.key }] : [];
    });
    return { ends, side: 'out', type: end.type };
  }
  return { ends: [end], side: end.side === 'in' ? 'out' : 'in', type: end.type };
}

const suits = (held: Held, type: string) => (held.side === 'in' ? fits(held.type, type) : fits(type, held.type));
const idOf = (scene: Scene, node: string): Id => shapeById(scene, node)?.id ?? node;

function wouldCircle(at: At, held: Held, node: string): boolean {
  const { scene } = view;
  return held.ends.some((e) =>
    held.side === 'in' ? closesCircle(at, idOf(scene, e.node), idOf(scene, node)) : closesCircle(at, idOf(scene, node), idOf(scene, e.node)));
}

/** The socket of a node that the link would go to: the first that fits, rather one that is free. */
export function firstFitting(shape: NodeShape, held: Held): SocketShape | undefined {
  const all = (held.side === 'in' ? shape.inputs : shape.outputs).filter((s) => suits(held, s.type));
  const exact = (s: SocketShape) => s.type.toUpperCase() === held.type.toUpperCase();
  const plain = (s: SocketShape) => s.widget === undefined;
  const free = all.filter((s) => held.side === 'out' || !s.links.length);
  return free.find((s) => exact(s) && plain(s)) ?? free.find(plain) ?? all.find((s) => exact(s) && plain(s)) ?? all.find(plain) ?? free[0] ?? all[0];
}

interface Target {
  link?: LinkView; // it would be let go of on that one
  behind?: number; // so many of its points
  branches?: boolean;
  over?: { kind: 'socket'; end: SocketEnd } | { kind: 'node'; id: string; end: SocketEnd } | undefined;
  refused?: SocketEnd | undefined;
}

/** What is under the hand, and whether it may be let go there. */
function targetAt(at: At, held: Held, p: Point): Target {
  const { scene, camera } = view;
  const hit = hitAt(scene, p, camera.zoom, { reach: REACH, links: false });
  const shape = hit.kind === 'node' ? hit.node.shape : hit.kind === 'socket' ? shapeById(scene, hit.end.node) : undefined;
  if (!shape) return hit.kind === 'edge' ? {} : linkUnder(at, held, p);
  if (held.ends.some((e) => e.node === String(shape.id))) return {};
  const circle = wouldCircle(at, held, String(shape.id));
  if (hit.kind === 'socket' && hit.end.side === held.side) {
    if (circle || !suits(held, hit.end.type)) return { refused: { ...hit.end, circle } };
    return { over: { kind: 'socket', end: hit.end } };
  }
  const socket = firstFitting(shape, held);
  if (!socket) return {};
  const end = endOf(shape, held.side, socket);
  return circle ? { refused: { ...end, circle } } : { over: { kind: 'node', id: String(shape.id), end } };
}

/** Joins what is held to a socket; a link that was taken from elsewhere is not there any more. */
export function joinTo(at: At, held: Held, end: SocketEnd) {
  const { scene } = view;
  const here = { node: idOf(scene, end.node), index: end.index };
  const first = held.ends[0];
  const taken = held.ends.flatMap((e) => scene.linkByKey.get(e.link ?? '') ?? []);
  if (!first) return;
  if (held.floating) {
    landFloating(at, held.floating.id, here);
    return;
  }
  at.doc.together(() => {
    if (held.side === 'out' && taken.length) {
      const link = taken[0];
      if (link) moveLinks(at, { node: idOf(scene, link.from), index: link.fromSlot }, here);
      return;
    }
    if (taken.some((l) => l.to === end.node && l.toSlot === end.index)) return; // back where it was
    removeLinks(at, taken.map((l) => l.id));
    const there = { node: idOf(scene, first.node), index: first.index };
    if (held.side === 'in') connect(at, there, here);
    else connect(at, here, there);
  });
}

/** What waits at a point, from the end that it has. */
export function takeFloating(scene: Scene, floating: Floating): Held | undefined {
  const { from, to } = floating;
  const end = from ?? to;
  const shape = end && shapeById(scene, String(end.node));
  const socket = (from ? shape?.outputs : shape?.inputs)?.find((s) => s.index === end?.index);
  return shape && socket ? { ends: [endOf(shape, from ? 'out' : 'in', socket)], side: from ? 'in' : 'out', type: socket.type, floating } : undefined;
}

/** On the subgraph's edge a link makes a new input, or output, of the subgraph. */
function becomeOwn(at: At, held: Held, edge: string) {
  const [first] = held.ends;
  const side = held.side === 'out' ? 'inputs' : 'outputs';
  if (!first || first.link || held.floating || edge !== String(side === 'inputs' ? INPUT_EDGE : OUTPUT_EDGE)) return;
  expose(at, side, { node: idOf(view.scene, first.node), index: first.index });
}

/** What is held begins at one socket, and is no link yet. */
const isNew = ({ ends: [first, ...rest], floating }: Held) => first !== undefined && first.link === undefined && !rest.length && !floating;

/** The link waits at a point for its other end. */
export function leaveHere(at: At, held: Held, p: Point) {
  const [first] = held.ends;
  if (first && isNew(held)) leaveFloating(at, { node: idOf(view.scene, first.node), index: first.index }, [Math.round(p.x), Math.round(p.y)], first.side);
}

function dropOnNothing(at: At, held: Held, p: Point, e: PointerEvent) {
  const open = held.floating && openPoint(held.floating);
  if (open) return moveItems(at, { reroutes: [open.id] }, Math.round(p.x - open.at[0]), Math.round(p.y - open.at[1]));
  if ((e.ctrlKey || e.metaKey) && isNew(held)) return leaveHere(at, held, p);
  const taken = held.ends.flatMap((e) => view.scene.linkByKey.get(e.link ?? '') ?? []);
  if (taken.length) {
    removeLinks(at, taken.map((l) => l.id));
    return;
  }
  offerNodes(toScreen(p), e.shiftKey ? undefined : held, p);
}

// ------------------------------------------------------------------ on a link

/** The link, or the point of one, under the hand: a new link from an input that takes what it carries branches off there; any other goes
 * into a node that will stand in between. */
function linkUnder(at: At, held: Held, p: Point): Target {
  const { scene, camera } = view;
  const [first] = held.ends;
  if (!first || !isNew(held)) return {};
  const hit = hitAt(scene, p, camera.zoom);
  const link = hit.kind === 'link' ? hit.link : hit.kind === 'reroute' ? scene.links.find((l) => l.owners.includes(hit.reroute.key)) : undefined;
  if (!link || (first.side === 'out' && link.from === first.node && link.fromSlot === first.index)) return {}; // its own
  const behind = hit.kind === 'link' ? hit.behind : hit.kind === 'reroute' ? link.owners.indexOf(hit.reroute.key) : 0;
  const branches = held.side === 'out' && suits(held, link.type);
  if (!branches && ![...useDefs.getState().defs.values()].some((def) => placesIn(def.inputs, def.outputs, link.type, held))) return {};
  const circle = held.side === 'in' ? wouldCircle(at, held, link.to) : wouldCircle(at, held, link.from);
  return circle ? { refused: { ...first, circle } } : { link, behind, branches };
}

function dropOnLink(at: At, held: Held, { link, behind = 0, branches }: Target, p: Point, e: PointerEvent) {
  const [first] = held.ends;
  if (!first || !link) return;
  if (e.shiftKey || e.ctrlKey || e.metaKey) dropOnNothing(at, held, p, e);
  else if (branches) branchOff(at, link.id, { node: idOf(view.scene, first.node), index: first.index }, behind);
  else offerNodes(toScreen(p), held, p, link);
}

export function carry(held: Held, from: Point): Gesture {
  const at = atNow();
  const first = held.ends[0];
  const end = () => {
    view.pending = view.over = undefined;
    useHand.setState({ fitting: undefined });
    repaint();
  };
  if (first) useHand.setState({ fitting: { side: held.side, type: held.type, of: first.node } });
  view.pending = { from: held.ends, at: from, type: held.type };
  let target: Target = {};
  return {
    move(p) {
      if (!at) return;
      target = targetAt(at, held, p);
      view.pending = { from: held.ends, at: p, type: held.type, over: target.over, refused: target.refused };
      view.over = target.link?.key;
      repaint();
    },
    drop(p, e) {
      const { over, refused, link } = target;
      end();
      if (!at || refused) return;
      const hit = hitAt(view.scene, p, view.camera.zoom, { links: false });
      if (over) joinTo(at, held, over.end);
      else if (link) dropOnLink(at, held, target, p, e);
      else if (hit.kind === 'edge') becomeOwn(at, held, String(hit.edge.shape.id));
      else if (!ON_SOMETHING.has(hit.kind)) dropOnNothing(at, held, p, e);
    },
    cancel: end,
  };
}
