// Links of which one end is nowhere yet: they lead from a node to a point on the canvas, and wait there to be led on. Files keep them in
// "floatingLinks", as objects whose other end is -1, and say of their points that they float.
import type { Document, Edit } from './document.ts';
import type { Pair } from './geometry.ts';
import { nextId, noteId } from './ids.ts';
import { isObject, newObject, type Json, type JsonObject } from './json.ts';
import { isId, readLink, type Id } from './links.ts';
import { putPoint, removePoints, setLast } from './ops-reroutes.ts';
import { reroutesOf, type Reroute } from './reroutes.ts';
import { append, drop, join, originOf, targetOf, type At, type End } from './wire.ts';

const NOTHING: End = { node: -1, index: -1 };

export interface Floating {
  id: Id;
  type: string;
  from?: End;
  to?: End;
  points: readonly Reroute[]; // from its origin's side on
  raw: JsonObject;
}

/** The point at which it waits. */
export const openPoint = ({ from, points }: Floating): Reroute | undefined => (from ? points.at(-1) : points[0]);

/** The points that lead to one, from the first on. */
function chainTo(doc: Document, graph: JsonObject, last: Json | undefined): Reroute[] {
  const { byId } = reroutesOf(doc, graph);
  const chain = new Set<Reroute>();
  for (let at = isId(last) ? byId.get(String(last)) : undefined; at && !chain.has(at); at = at.parent === undefined ? undefined : byId.get(String(at.parent))) chain.add(at);
  return [...chain].reverse();
}

export function floatingOf(doc: Document, graph: JsonObject): readonly Floating[] {
  const list = graph['floatingLinks'];
  return (Array.isArray(list) ? list : []).flatMap((raw): Floating[] => {
    const link = isObject(raw) ? readLink(raw) : undefined;
    if (!link || !isObject(raw)) return [];
    const from = doc.node(link.from, graph) ? { from: { node: link.from, index: link.fromSlot } } : {};
    const to = doc.node(link.to, graph) ? { to: { node: link.to, index: link.toSlot } } : {};
    const points = chainTo(doc, graph, raw['parentId']);
    if ((!('from' in from) && !('to' in to)) || !points.length) return [];
    return [{ id: link.id, type: typeof link.type === 'string' ? link.type : '*', points, raw, ...from, ...to }];
  });
}

/** A link from an output, or to an input, that is dropped on the canvas waits at a point there. */
export function leaveFloating(at: At, end: End, [x, y]: Pair, side: 'in' | 'out' = 'out'): Id | undefined {
  const socket = (side === 'out' ? originOf : targetOf)(at, end);
  if (!socket) return undefined;
  const [from, to] = side === 'out' ? [end, NOTHING] : [NOTHING, end];
  const point = nextId(at.doc, 'Reroute');
  const id = nextId(at.doc, 'Link');
  at.doc.transact('reroute', (e) => {
    putPoint(e, at, newObject({ id: point, pos: [x, y], linkIds: [], floating: newObject({ slotType: `${side}put` }) }));
    append(e, at.graph, 'floatingLinks', newObject({
      id, origin_id: from.node, origin_slot: from.index, target_id: to.node, target_slot: to.index, type: socket.type, parentId: point,
    }));
    noteId(e, at.doc, at.graph, 'Reroute', point);
    noteId(e, at.doc, at.graph, 'Link', id);
    e.touch(end.node);
  });
  return point;
}

function dropRaw(e: Edit, graph: JsonObject, raw: JsonObject) {
  if (Array.isArray(graph['floatingLinks'])) drop(e, graph['floatingLinks'], (l) => l === raw);
}

/** A waiting link is led to its other end: it is a link like others then, through the same points. */
export function landFloating(at: At, id: Id, other: End): Id | undefined {
  const floating = floatingOf(at.doc, at.graph).find((f) => String(f.id) === String(id));
  const { from = other, to = other } = floating ?? {};
  const last = floating?.points.at(-1);
  let made: Id | undefined;
  if (!floating || !last) return undefined;
  at.doc.transact('connect', (e) => {
    made = join(e, at, from, to);
    if (made === undefined) return;
    dropRaw(e, at.graph, floating.raw);
    for (const point of floating.points) {
      if (point.raw['floating'] !== undefined) e.remove(point.raw, 'floating');
      append(e, point.raw, 'linkIds', made);
    }
    setLast(e, at, made, last.id);
  });
  return made;
}

/** Takes waiting links away, with the points that only they had. */
export function dropFloating(e: Edit, at: At, which: (floating: Floating) => boolean) {
  for (const floating of floatingOf(at.doc, at.graph).filter(which)) {
    dropRaw(e, at.graph, floating.raw);
    const others = new Set(floatingOf(at.doc, at.graph).flatMap((f) => f.points.map((p) => String(p.id))));
    removePoints(e, at, floating.points.filter((p) => !p.links.length && !others.has(String(p.id))).map((p) => p.id));
  }
}

export function removeFloating(at: At, ids: readonly Id[]) {
  const gone = new Set(ids.map(String));
  at.doc.transact('remove', (e) => dropFloating(e, at, (f) => gone.has(String(f.id))));
}
