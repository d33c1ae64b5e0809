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

function Name({ socket, side, fault }: { socket: SocketShape; side: 'in' | 'out'; fault?: Problem['severity'] | undefined }) {
  const language = useSettings((s) => s.language);
  const text = slotLabel(socket.name, socket.label, language);
  return (
    <span className={`name ${side}`} style={{ top: socket.y - 10 }} data-optional={side === 'in' && socket.optional} data-fault={fault} lang={langOf(text, language)}>
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
        <Name key={`in${s.index}`} socket={s} side="in" fault={faultAt(s)?.severity} />
      ))}
      {shape.outputs.filter(named).map((s) => (
        <Name key={`out${s.index}`} socket={s} side="out" />
      ))}
      <svg className="sockets" width={shape.width} height={shape.height} aria-hidden="true">
        {one(shape.inputs).map((s) => <Socket key={`in${s.index}`} socket={s} side="in" shape={shape} id={id} fault={faultAt(s)} />)}
        {one(shape.outputs).map((s) => <Socket key={`out${s.index}`} socket={s} side="out" shape={shape} id={id} />)}
      </svg>
    </>
  );
});
