// The sockets of a node: a mark of their type's shape and colour at its edge, and what they are called.
import { memo } from 'react';
import { useSettings } from '../app/settings.ts';
import { slotLabel } from '../defs/labels.ts';
import { colorOf, fits, pathAt } from '../defs/types.ts';
import type { NodeShape, SocketShape } from '../doc/shape.ts';
import type { Problem } from '../run/run.ts';
import { useHand } from './view.ts';

/** Undefined: no link is in anybody's hand. */
function useFits(side: 'in' | 'out', type: string, id: string): boolean | undefined {
  return useHand(({ fitting }) =>
    !fitting ? undefined : fitting.side === side && fitting.of !== id && (side === 'in' ? fits(fitting.type, type) : fits(type, fitting.type)));
}

function Socket({ socket, side, shape, id }: { socket: SocketShape; side: 'in' | 'out'; shape: NodeShape; id: string }) {
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
      {socket.list && <circle cx={x} cy={socket.y} r="8.5" className="list" />}
      <path d={pathAt(socket.type, x, socket.y)} />
    </g>
  );
}

interface Props {
  shape: NodeShape;
  id: string;
  faults: readonly Problem[];
}

export const Sockets = memo(function Sockets({ shape, id, faults }: Props) {
  const language = useSettings((s) => s.language);
  const named = (s: SocketShape) => s.widget === undefined && !shape.collapsed && shape.kind !== 'reroute';
  const one = <T,>(list: readonly T[]) => (shape.collapsed ? list.slice(0, 1) : list);
  return (
    <>
      {shape.inputs.filter(named).map((s) => (
        <span key={`in${s.index}`} className="name in" style={{ top: s.y - 10 }} data-optional={s.optional}
              data-fault={faults.find((f) => f.input === s.name)?.severity}>{slotLabel(s.name, s.label, language)}</span>
      ))}
      {shape.outputs.filter(named).map((s) => (
        <span key={`out${s.index}`} className="name out" style={{ top: s.y - 10 }}>{slotLabel(s.name, s.label, language)}</span>
      ))}
      <svg className="sockets" width={shape.width} height={shape.height} aria-hidden="true">
        {one(shape.inputs).map((s) => <Socket key={`in${s.index}`} socket={s} side="in" shape={shape} id={id} />)}
        {one(shape.outputs).map((s) => <Socket key={`out${s.index}`} socket={s} side="out" shape={shape} id={id} />)}
      </svg>
    </>
  );
});
