// Connecting without a pointer: the sockets of a node, then every socket that fits, the nearest first (ConnectList.tsx).
import { createElement } from 'react';
import { ask } from '../app/ask.ts';
import { late } from '../app/late.ts';
import { fits } from '../defs/types.ts';
import { closesCircle } from '../doc/ops-nodes.ts';
import type { Held } from './connecting.ts';
import { atNow } from './edit.ts';
import { slotIn, titleById } from './named.ts';
import { endOf, shapeById, type NodeView, type Scene, type SocketEnd } from './scene.ts';

export interface Choice {
  end: SocketEnd;
  title: string; // of its node
  label: string;
  linked: readonly string[]; // what it is linked to already
}

const List = late(() => import('./ConnectList.tsx').then((m) => m.ConnectList));

function linkedTo(scene: Scene, end: SocketEnd): string[] {
  return scene.links
    .filter((l) => (end.side === 'in' ? l.to === end.node && l.toSlot === end.index : l.from === end.node && l.fromSlot === end.index))
    .map((l) => titleById(scene, end.side === 'in' ? l.from : l.to));
}

function choiceOf(scene: Scene, node: Pick<NodeView, 'shape'>, side: 'in' | 'out'): Choice[] {
  const sockets = side === 'in' ? node.shape.inputs : node.shape.outputs;
  return sockets.map((s) => {
    const end = endOf(node.shape, side, s);
    return { end, title: titleById(scene, end.node), label: slotIn(s), linked: linkedTo(scene, end) };
  });
}

/** Outputs, then inputs; those that are fields last. */
export function socketsOf(scene: Scene, node: NodeView): Choice[] {
  const inputs = choiceOf(scene, node, 'in');
  const isField = (c: Choice) => node.shape.inputs.find((s) => s.index === c.end.index)?.widget !== undefined;
  return [...choiceOf(scene, node, 'out'), ...inputs.filter((c) => !isField(c)), ...inputs.filter(isField)];
}

/** Whatever a socket can be linked to, the nearest first. */
export function partnersOf(scene: Scene, end: SocketEnd): Choice[] {
  const at = atNow();
  const own = shapeById(scene, end.node);
  const side = end.side === 'in' ? 'out' : 'in';
  if (!at || !own) return [];
  const away = (e: SocketEnd) => Math.hypot(e.at.x - end.at.x, e.at.y - end.at.y);
  const nodes = scene.nodes
    .filter((n) => n.id !== end.node)
    .filter((n) => (side === 'in' ? !closesCircle(at, own.id, n.shape.id) : !closesCircle(at, n.shape.id, own.id)));
  const edges = own.kind === 'edge' ? [] : scene.edges; // of the subgraph, whose sockets lead out of it
  return [...nodes, ...edges]
    .flatMap((n) => choiceOf(scene, n, side).map((c) => ({ ...c, title: c.title || String(at.graph['name'] ?? '') })))
    .filter((c) => (side === 'in' ? fits(end.type, c.end.type) : fits(c.end.type, end.type)))
    .sort((a, b) => away(a.end) - away(b.end));
}

/** Of a node: first one of its sockets is chosen. `held`: a link that waited until now. */
export function showConnect(from: SocketEnd | NodeView, held?: Held) {
  void ask((answer) => createElement(List, { from, held, close: () => answer() }));
}
