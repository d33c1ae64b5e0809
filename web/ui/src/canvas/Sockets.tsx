// The sockets of a node: a mark of their type's shape and colour at its edge, and what they are called.
import { memo } from 'react';
import { useSettings } from '../app/settings.ts';
import { slotLabel } from '../defs/labels.ts';
import { colorOf, fits, pathAt } from '../defs/types.ts';
import type { NodeShape, SocketShape } from '../doc/shape.ts';
import { langOf } from '../i18n/lang.ts';
import type { Problem } from '../run/run.ts';
import '../style/marks.css';
import { useHand } from './view.ts';

const MISSING = 'required_input_missing';

/** Undefined: no link is in anybody's hand. */
function useFits(side: 'in' | 'out', type: string, id: string): boolean | undefined {
  return useHand(({ fitting }) =>
    !fitting ? undefined : fitting.side === side && fitting.of !== id && (side === 'in' ? fits(fitting.type, type) : fits(type, fitting.type)));
}

function Socket({ socket, side, shape, id, fault }: { socket: SocketShape; side: 'in' | 'out'; shape: NodeShape; id: string; fault?: Problem | undefined }) {
  const fitting = useFits(side, socket.type, id);
  const x = side === 'in' ? 0 : shape.width;
  const hollow = side === 'in' && socket.optional && !socket.links.length && shape.kind !== 'ghost';
  const quiet = socket.widget !== undefined && !socket.links.length;
  return (
    <g
      className="socket"
      data-socket={`${side}:${socket.index}`}
      data-fits={fitting}
      data-hollow={hollow}
      data-quiet={quiet}
      style={{ color: colorOf(socket.type) }}
    >
      {fault && <circle cx={x} cy={socket.y} r="10" className="fault" data-fault={fault.type === MISSING ? 'warning' : fault.severity} />}
      {socket.list && <circle cx={x} cy={socket.y} r="8.5" className="list" />}
      <path d={pathAt(socket.type, x, socket.y)} />
    </g>
  );
}

const wide = (text: string) => [...text].reduce((sum, c) => sum + (c > '\u2e7f' ? 12 : 7), 20);

/** Of both names the English one is left out where they, and those across, have no room. */
function useName(socket: SocketShape, shape: NodeShape, across: readonly SocketShape[]): string {
  const naming = useSettings((s) => s.naming);
  const nameIn = (s: SocketShape, of: typeof naming) => slotLabel(s.name, s.label, of);
  const text = nameIn(socket, naming);
  if (naming !== 'both') return text;
  const other = across.find((s) => s.y === socket.y && s.widget === undefined);
  const room = Math.min(shape.width * 0.62 + 10, shape.width - (other ? wide(nameIn(other, naming)) : 0));
  return wide(text) > room ? nameIn(socket, 'zh') : text;
}

function Name({ socket, side, shape, fault }: { socket: SocketShape; side: 'in' | 'out'; shape: NodeShape; fault?: Problem['severity'] | undefined }) {
  const text = useName(socket, shape, side === 'in' ? shape.outputs : shape.inputs);
  const naming = useSettings((s) => s.naming);
  return (
    <span className={`name ${side}`} style={{ top: socket.y - 10 }} data-optional={side === 'in' && socket.optional} data-fault={fault} lang={langOf(text, naming)}>
      {text}
    </span>
  );
}

interface Props {
  shape: NodeShape;
  id: string;
  faults: readonly Problem[];
}

export const Sockets = memo(function Sockets({ shape, id, faults }: Props) {
  const faultAt = (s: SocketShape) => (s.widget === undefined ? faults.find((f) => f.input === s.name) : undefined);
  const named = (s: SocketShape) => s.widget === undefined && !shape.collapsed && shape.kind !== 'reroute';
  const one = <T,>(list: readonly T[]) => (shape.collapsed ? list.slice(0, 1) : list);
  return (
    <>
      {shape.inputs.filter(named).map((s) => (
        <Name key={`in${s.index}`} socket={s} side="in" shape={shape} fault={faultAt(s)?.severity} />
      ))}
      {shape.outputs.filter(named).map((s) => (
        <Name key={`out${s.index}`} socket={s} side="out" shape={shape} />
      ))}
      <svg className="sockets" width={shape.width} height={shape.height} aria-hidden="true">
        {one(shape.inputs).map((s) => <Socket key={`in${s.index}`} socket={s} side="in" shape={shape} id={id} fault={faultAt(s)} />)}
        {one(shape.outputs).map((s) => <Socket key={`out${s.index}`} socket={s} side="out" shape={shape} id={id} />)}
      </svg>
    </>
  );
});
