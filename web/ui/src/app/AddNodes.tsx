// The list of nodes to add, where the canvas asks for it. It comes with the first question.
import { useRef } from 'react';
import { addHere, stopAdding, useAdding } from '../canvas/adding.ts';
import { leaveHere } from '../canvas/connecting.ts';
import { atNow } from '../canvas/edit.ts';
import { placesIn } from '../canvas/places.ts';
import type { NodeDef } from '../defs/def.ts';
import { withNames } from '../defs/labels.ts';
import type { Wanted } from '../defs/search.ts';
import { Framed } from './Dialog.tsx';
import { late } from './late.ts';

const AddNode = late(() => withNames(import('./AddNode.tsx')).then((m) => m.AddNode));
const STEP = 30; // between nodes that are added one after the other

export function AddNodes() {
  const adding = useAdding((s) => s.adding);
  const count = useRef(0);
  if (!adding) return null;
  const { held, link, at, place } = adding;
  const wanted: Wanted[] = [
    ...(held ? [{ type: held.type, direction: held.side === 'in' ? 'out' : 'in' } as const] : []),
    ...(link ? [{ type: link.type, direction: 'out' }, { type: link.type, direction: 'in' }] as const : []),
  ];
  const fit = link && ((def: NodeDef) => placesIn(def.inputs, def.outputs, link.type, held) !== undefined);
  const point = held && !held.floating ? () => {
    const now = atNow();
    if (now) leaveHere(now, held, place);
  } : undefined;
  const canvas = document.querySelector('.graph')?.getBoundingClientRect();
  const pick = (def: NodeDef, stay: boolean) => {
    const by = adding.anywhere ? 0 : STEP * count.current;
    count.current = stay ? count.current + 1 : 0;
    addHere(def.name, {}, { ...adding, place: { x: place.x + by, y: place.y + by } });
  };
  const close = () => {
    count.current = 0;
    stopAdding();
  };
  const corner = wanted.length ? { x: at.x + (canvas?.x ?? 0), y: at.y + (canvas?.y ?? 0) } : undefined;
  return (
    <Framed close={close}>
      <AddNode wanted={wanted} fit={fit} onPoint={point} at={corner} onPick={pick} onClose={close} />
    </Framed>
  );
}
