// A node that is to be added: where, and what it shall be joined to at once. The list to choose from is app/AddNode.tsx.
import { create } from 'zustand';
import { fits } from '../defs/types.ts';
import type { NodeDef } from '../defs/def.ts';
import type { Json } from '../doc/json.ts';
import type { Id } from '../doc/links.ts';
import { moveItems } from '../doc/ops-groups.ts';
import { addNode, insertOnLink } from '../doc/ops-nodes.ts';
import { firstFitting, joinTo, type Held } from './connecting.ts';
import type { Point } from './curve.ts';
import { atNow } from './edit.ts';
import { placesIn } from './places.ts';
import { wayToRoom } from './room.ts';
import { endOf, type LinkView } from './scene.ts';
import { choose, focusOn } from './select.ts';
import { toCanvas, view } from './view.ts';
import { shapeAt } from '../doc/wire.ts';

export interface Adding {
  at: Point; // on the screen, from the canvas's corner
  place: Point; // of the new node's title, on the canvas
  held?: Held | undefined; // a link waits for it
  link?: LinkView | undefined; // it goes in between
  anywhere?: boolean; // nobody pointed there: as near as nothing lies
}

export const useAdding = create<{ adding?: Adding | undefined }>(() => ({}));

/** Shows the list at a point of the screen. */
export function offerNodes(at: Point, held?: Held, place = toCanvas(at), link?: LinkView) {
  useAdding.setState({ adding: { at, held, place, link } });
}

/** In the middle of what is seen, for who does not point. */
export function inSight(): Adding {
  const at = { x: view.size.width / 2, y: view.size.height / 3 };
  return { at, place: toCanvas(at), anywhere: true };
}

export function offerNodesHere() {
  useAdding.setState({ adding: inSight() });
}

export function stopAdding() {
  useAdding.setState({ adding: undefined });
}

/** Can what is in the hand go into, or come from, a node of this class? */
export function takes(def: NodeDef, held: Pick<Held, 'side' | 'type'>): boolean {
  return held.side === 'in' ? def.inputs.some((i) => fits(held.type, i.type)) : def.outputs.some((o) => fits(o.type, held.type));
}

/** Adds a node of a class where it was asked for, joined to what waits; one step. Its id; undefined: nothing is open. */
export function addHere(type: string, values: Readonly<Record<string, Json>> = {}, { place, held, link, anywhere }: Omit<Adding, 'at'>): Id | undefined {
  const at = atNow();
  if (!at) return undefined;
  let id: Id | undefined;
  at.doc.together(() => {
    id = addNode(at, type, [Math.round(place.x), Math.round(place.y - (held ? 15 : 0))], values);
    const shape = shapeAt(at, id);
    const way = anywhere && shape && wayToRoom(shape, view.scene.nodes);
    if (way && (way.x || way.y)) moveItems(at, { nodes: [id] }, way.x, way.y);
    const places = link && shape && placesIn(shape.inputs, shape.outputs, link.type, held);
    const socket = held && shape && (places?.own ?? firstFitting(shape, held));
    if (held && shape && socket) joinTo(at, held, endOf(shape, held.side, socket));
    if (link && places) insertOnLink(at, link.id, id, places.input.index, places.output.index);
  });
  if (id !== undefined) {
    choose([`node:${id}`]);
    focusOn(`node:${id}`);
  }
  return id;
}
