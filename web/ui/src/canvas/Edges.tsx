// The subgraph on the screen as its users see it: its name, its inputs and outputs, and sockets within that become one.
import { useReducer, useState } from 'react';
import { Dialog } from '../app/Dialog.tsx';
import { Icon } from '../app/Icon.tsx';
import { expose, labelSlot, removeSlot, type Side } from '../doc/edge.ts';
import { instancesOf } from '../doc/instances.ts';
import { slotsIn } from '../doc/links.ts';
import { renameSubgraph } from '../doc/subgraph.ts';
import type { At } from '../doc/wire.ts';
import { useRoom } from '../i18n/room.ts';
import { edges } from '../i18n/words/edges.ts';
import '../style/edges.css';
import { announce } from './announce.ts';
import { atNow } from './edit.ts';
import { TypeMark } from './TypeMark.tsx';
import { view } from './view.ts';

interface Slot {
  id: string;
  label: string;
  type: string;
}

function slotsOf(at: At, side: Side): Slot[] {
  return slotsIn(at.graph, side).map((slot, i) => ({
    id: String(slot?.['id'] ?? i), label: String(slot?.['label'] ?? slot?.['name'] ?? i), type: String(slot?.['type'] ?? '*'),
  }));
}

/** The sockets within that lead nowhere yet. */
function freeSockets(side: Side) {
  return view.scene.nodes.flatMap(({ shape }) =>
    (side === 'inputs' ? shape.inputs : shape.outputs).filter((s) => !s.links.length).map((s) => ({
      end: { node: shape.id, index: s.index }, text: `${shape.title} · ${s.label}`,
    })));
}

/** A text that counts when it is left, or Enter is pressed. */
function Name({ label, text: before, keep }: { label: string; text: string; keep: (text: string) => void }) {
  const [text, setText] = useState(before);
  const end = () => {
    if (text.trim() === '') setText(before);
    else if (text.trim() !== before) keep(text.trim());
  };
  return (
    <input aria-label={label} value={text} onChange={(e) => setText(e.currentTarget.value)} onBlur={end}
           onKeyDown={(e) => e.key === 'Enter' && !e.nativeEvent.isComposing && end()} />
  );
}

function List({ at, side, changed }: { at: At; side: Side; changed: () => void }) {
  const words = useRoom(edges);
  const [wanted, setWanted] = useState('');
  const slots = slotsOf(at, side);
  const free = freeSockets(side);
  const chosen = free[Number(wanted)];
  const act = (deed: () => void, said: string) => {
    deed();
    announce(said);
    setWanted('');
    changed();
  };
  return (
    <fieldset>
      <legend>{words.sides[side]}</legend>
      {slots.length === 0 && <p>{words.none[side]}</p>}
      <ul>
        {slots.map((slot, i) => (
          <li key={`${slot.id} ${slot.label}`}>
            <TypeMark type={slot.type} />
            <Name label={words.label(slot.label)} text={slot.label} keep={(text) => (labelSlot(at, side, i, text), changed())} />
            <button className="icon" aria-label={words.remove(slot.label)} title={words.remove(slot.label)}
                    onClick={() => act(() => removeSlot(at, side, i), words.removed(slot.label))}>
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
      {free.length > 0 && (
        <p className="expose">
          <select aria-label={words.expose[side]} value={wanted} onChange={(e) => setWanted(e.currentTarget.value)}>
            <option value="">{words.expose[side]} …</option>
            {free.map((f, i) => <option key={i} value={i}>{f.text}</option>)}
          </select>
          <button disabled={wanted === '' || !chosen} onClick={() => chosen && act(() => expose(at, side, chosen.end), words.exposed(chosen.text))}>
            {words.add}
          </button>
        </p>
      )}
    </fieldset>
  );
}

export function Edges({ close }: { close: () => void }) {
  const words = useRoom(edges);
  const [, changed] = useReducer((n: number) => n + 1, 0);
  const [at] = useState(atNow);
  if (!at) return null;
  return (
    <Dialog title={words.title} close={close}>
      <div className="edges">
        <label>
          {words.name}
          <Name label={words.name} text={String(at.graph['name'] ?? '')} keep={(text) => renameSubgraph(at.doc, at.graph, text)} />
        </label>
        <p>{words.used(instancesOf(at.doc, at.graph).length)}</p>
        <List at={at} side="inputs" changed={changed} />
        <List at={at} side="outputs" changed={changed} />
      </div>
    </Dialog>
  );
}
