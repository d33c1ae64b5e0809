// What is at a point of the canvas, the topmost first: worked out from numbers, so it is the same for a body and for a box.
import type { SocketShape } from '../doc/shape.ts';
import { grown, holds, type Box } from './boxes.ts';
import { nearest, type Point } from './curve.ts';
import { endOf, titleOf, type EdgeView, type GroupView, type LinkView, type NodeView, type RerouteView, type Scene, type SocketEnd } from './scene.ts';

const CATCH = 12; // screen pixels around a socket
const LINK = 6; // and beside a link
const CORNER = 14; // where a node or a group is taken to change its size
const SMALL = 0.3; // below this zoom sockets are too near to each other to be meant

export type Hit =
  | { kind: 'socket'; end: SocketEnd; socket: SocketShape }
  | { kind: 'node'; node: NodeView; part: 'title' | 'body' | 'corner' }
  | { kind: 'reroute'; reroute: RerouteView }
  | { kind: 'link'; link: LinkView; behind: number }
  | { kind: 'group'; group: GroupView; part: 'title' | 'corner' }
  | { kind: 'edge'; edge: EdgeView }
  | { kind: 'empty' };

const NOTHING: ReadonlySet<string> = new Set();
const EMPTY: Hit = { kind: 'empty' };

/** How far inside a node a socket is still meant: beside a field not far. */
const inside = (socket: SocketShape) => (socket.widget === undefined ? 30 : 10);

function socketIn(shape: NodeView['shape'], p: Point, zoom: number, least: number): Hit | undefined {
  const reach = Math.max(least, CATCH) / Math.min(1, zoom);
  let found: Hit | undefined;
  let distance = Infinity;
  for (const side of ['in', 'out'] as const)
    for (const socket of side === 'in' ? shape.inputs : shape.outputs) {
      const end = endOf(shape, side, socket);
      const inward = side === 'in' ? p.x - end.at.x : end.at.x - p.x;
      const dy = Math.abs(p.y - end.at.y);
      if (inward < -reach || inward > Math.min(inside(socket), shape.width / 3) || dy > Math.min(reach, 10 / Math.min(1, zoom))) continue;
      const far = Math.hypot(p.x - end.at.x, dy);
      if (far < distance) [found, distance] = [{ kind: 'socket', end, socket }, far];
    }
  return found;
}

const corner = (box: Box): Box => ({ x: box.x + box.width - CORNER, y: box.y + box.height - CORNER, width: CORNER, height: CORNER });

function partOf(node: NodeView, p: Point, zoom: number): 'title' | 'body' | 'corner' {
  if (zoom > SMALL && !node.shape.collapsed && node.shape.kind !== 'reroute' && holds(corner(node), p)) return 'corner';
  return holds(titleOf(node), p) ? 'title' : 'body';
}

/** Of nodes over each other, those that are chosen are seen, then those that came last. */
function topmost(nodes: NodeView[], above: ReadonlySet<string>): NodeView[] {
  const last = nodes.reverse();
  return last.length < 2 ? last : [...last.filter((n) => above.has(n.key)), ...last.filter((n) => !above.has(n.key))];
}

/** `reach`: screen pixels that a finger covers; `links` false: only what a link can end at; `above`: what is drawn over the rest. */
export function hitAt(scene: Scene, p: Point, zoom: number, { reach = CATCH, links = true, above = NOTHING } = {}): Hit {
  const margin = (reach + 4) / Math.min(1, zoom);

  for (const node of topmost(scene.nodes.filter((n) => holds(grown(n, margin, 4), p)), above)) {
    const socket = zoom > SMALL && !node.shape.collapsed ? socketIn(node.shape, p, zoom, reach) : undefined;
    if (socket) return socket;
    if (holds(node, p)) return { kind: 'node', node, part: partOf(node, p, zoom) };
  }
  for (const edge of scene.edges) {
    const socket = holds(grown(edge, margin), p) ? socketIn(edge.shape, p, zoom, reach) : undefined;
    if (socket) return socket;
    if (holds(edge, p)) return { kind: 'edge', edge };
  }
  const reroute = scene.reroutes.find((r) => Math.hypot(r.x - p.x, r.y - p.y) < Math.max(8, reach / zoom));
  if (reroute) return { kind: 'reroute', reroute };
  if (links) {
    const link = linkAt(scene, p, LINK / zoom);
    if (link) return link;
  }
  return groupAt(scene, p, zoom) ?? EMPTY;
}

export function linkAt(scene: Scene, p: Point, reach: number, but?: (link: LinkView) => boolean): Extract<Hit, { kind: 'link' }> | undefined {
  let found: Extract<Hit, { kind: 'link' }> | undefined;
  let least = reach;
  for (const link of scene.links) {
    if (!holds(grown(link.box, reach), p) || but?.(link)) continue;
    const { distance, behind } = nearest(link.points, p);
    if (distance <= least) [found, least] = [{ kind: 'link', link, behind }, distance];
  }
  return found;
}

/** By its title or its corner; of those within each other the innermost. */
function groupAt(scene: Scene, p: Point, zoom: number): Hit | undefined {
  const size = CORNER / Math.min(1, zoom);
  const under = scene.groups.filter((g) => holds(g, p)).sort((a, b) => a.width * a.height - b.width * b.height);
  for (const group of under) {
    if (p.x > group.x + group.width - size && p.y > group.y + group.height - size) return { kind: 'group', group, part: 'corner' };
    if (p.y < group.y + Math.max(group.title, 16 / zoom)) return { kind: 'group', group, part: 'title' };
  }
  return undefined;
}
