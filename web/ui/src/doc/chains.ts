// The points of links that cross the edge of a subgraph. Where nodes go into one, a link becomes two, one on each side of the edge, and its
// points are shared out between them; where they come out again, both are one. A point belongs to one place, so links that had it together
// have it together afterwards.
import type { Edit } from './document.ts';
import type { Pair } from './geometry.ts';
import { nextId, noteId } from './ids.ts';
import type { JsonObject } from './json.ts';
import type { Id } from './links.ts';
import { putPoint, setLast } from './ops-reroutes.ts';
import { copyOfPoint, type Crop, type Planted } from './plant.ts';
import { reroutesOf, type Reroute } from './reroutes.ts';
import { append, type At } from './wire.ts';

export type Chain = readonly Reroute[];

/** How many points from the origin on lie on that side. */
export function leading(chain: Chain, is: (point: Reroute) => boolean): number {
  const end = chain.findIndex((p) => !is(p));
  return end < 0 ? chain.length : end;
}

/** How many there are before the last ones that lie on that side. */
export const beforeLast = (chain: Chain, is: (point: Reroute) => boolean): number => chain.length - leading(chain.toReversed(), is);

/** Links that become one up to an edge: its points, the most that any of them has there, and what is left of each beyond. Where they part
 * before the edge, the points of the others come behind it, so that none is lost. */
export function shareOut(chains: readonly Chain[], upTo: (chain: Chain) => number): { one: Chain; rest: readonly Chain[] } {
  const one = chains.map((c) => c.slice(0, upTo(c))).reduce((most, c) => (c.length > most.length ? c : most), []);
  return { one, rest: chains.map((c) => c.slice(leading(c, (p) => one.includes(p)))) };
}

/** A part of a link's way, as it was in some graph. */
export interface Part {
  points: Chain;
  by: Pair; // how far it is moved
}

/** The points that were made of others, by these. */
export type Laid = Map<JsonObject, Id>;

export function laidBy(crop: Crop, planted: Planted): Laid {
  return new Map(crop.points.flatMap((p) => [[p.raw, planted.points.get(String(p.id)) as Id] as const]));
}

/** The point that is there already behind this one: because it stayed, or because another link was led through it. */
function there(at: At, point: Reroute, parent: Id | undefined, laid: Laid): Reroute | undefined {
  const { byId } = reroutesOf(at.doc, at.graph);
  const made = laid.get(point.raw);
  const found = byId.get(String(made ?? point.id));
  return found && (made !== undefined || found.raw === point.raw) && String(found.parent) === String(parent) ? found : undefined;
}

/** Leads a link through these points, in this order. They keep their ids where the graph has no others of that id: `own` are its own. */
export function leadThrough(e: Edit, at: At, link: Id, way: readonly Part[], laid: Laid, own: (point: Reroute) => boolean) {
  let last: Id | undefined;
  for (const { points, by } of way)
    for (const point of points) {
      const found = there(at, point, last, laid);
      if (found && Array.isArray(found.raw['linkIds'])) append(e, found.raw, 'linkIds', link);
      if (found) {
        last = found.id;
        continue;
      }
      const id: Id = own(point) && !reroutesOf(at.doc, at.graph).byId.has(String(point.id)) ? point.id : nextId(at.doc, 'Reroute');
      putPoint(e, at, copyOfPoint(point, id, last, [link], by));
      noteId(e, at.doc, at.graph, 'Reroute', typeof id === 'number' ? id : 0);
      laid.set(point.raw, id);
      last = id;
    }
  if (last !== undefined) setLast(e, at, link, last);
}
