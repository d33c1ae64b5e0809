// Boxes and ranges as the numbers they are, and curves as a drawing whose points are dragged, and typed.
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { Icon } from '../app/Icon.tsx';
import type { InputDef } from '../defs/def.ts';
import { useRoom } from '../i18n/room.ts';
import { numbers } from '../i18n/words/numbers.ts';
import '../style/numbers.css';
import type { Field } from './field.ts';
import { extentOf, firstOf, leavesOf, pointsOf, withLeaf, withoutPoint, withPoint, type Leaf } from './leaves.ts';
import { Other } from './Line.tsx';
import { NumberBox } from './NumberBox.tsx';
import { rowKeys } from './Seed.tsx';

/** A number within a value, as a field of its own. */
function Part({ field, leaf, def, label }: { field: Field; leaf: Leaf; def: Partial<InputDef>; label: string }) {
  const of = field.value ?? firstOf(field.def?.widget);
  const part: Field = {
    ...field,
    def: { name: leaf.name, label, type: 'FLOAT', required: true, advanced: false, widget: 'float', options: {}, ...def },
    label: `${field.label}: ${label}`,
    value: leaf.value,
    wrong: false,
    set: (value) => field.set(withLeaf(of, leaf.path, value)),
  };
  return (
    <span className="part">
      <span className="name" aria-hidden="true">{label}</span>
      <NumberBox field={part} />
    </span>
  );
}

const SIZES = new Set(['width', 'height']);

/** How a number of it is stepped and bounded: as the class says for all of them; sizes are not negative. */
function boundsOf({ def }: Field, leaf: Leaf, whole: boolean): Partial<InputDef> {
  const { min, max, step } = def ?? {};
  const low = min ?? (SIZES.has(leaf.name) ? 0 : undefined);
  return {
    widget: whole ? 'int' : 'float', type: whole ? 'INT' : 'FLOAT', step: step ?? (whole ? 1 : 0.01),
    ...(low === undefined ? {} : { min: low }), ...(max === undefined ? {} : { max }),
  };
}

export function Numbers({ field }: { field: Field }) {
  const words = useRoom(numbers);
  const leaves = leavesOf(field.value, field.def?.widget);
  if (!leaves) return <Other field={field} />;
  const whole = field.def?.widget === 'box' && leaves.every((l) => typeof l.value === 'bigint' || Number.isInteger(l.value));
  return (
    <span className="parts" data-n={leaves.length}>
      {leaves.map((leaf) => (
        <Part key={leaf.name} field={field} leaf={leaf} def={boundsOf(field, leaf, whole)} label={words.names[leaf.name as 'x'] ?? leaf.name} />
      ))}
    </span>
  );
}

const WIDTH = 200; // of the drawing, in its own units
const HEIGHT = 100;
const NEAR = 10;
const rounded = (n: number) => Number(n.toFixed(4));

export function Curve({ field }: { field: Field }) {
  const words = useRoom(numbers);
  const drawing = useRef<SVGSVGElement>(null);
  const drag = useRef(false);
  const [chosen, setChosen] = useState(0);
  const value = field.value ?? firstOf('curve');
  const points = pointsOf(field.value);
  if (!points) return <Other field={field} />;

  const most = extentOf(points, field.def?.max);
  const at = Math.min(chosen, points.length - 1);
  const point = points[at];
  const seen = points.map((p) => ({ x: (Number(p.x.value) / most) * WIDTH, y: HEIGHT - (Number(p.y.value) / most) * HEIGHT }));
  const under = (e: PointerEvent) => {
    const box = drawing.current?.getBoundingClientRect();
    const share = (n: number) => Math.max(0, Math.min(1, n));
    return box ? { x: share((e.clientX - box.x) / box.width) * WIDTH, y: share((e.clientY - box.y) / box.height) * HEIGHT } : { x: 0, y: 0 };
  };
  const real = (p: { x: number; y: number }) => ({ x: rounded((p.x / WIDTH) * most), y: rounded((1 - p.y / HEIGHT) * most) });
  const add = (x: number, y: number) => {
    const made = withPoint(value, x, y);
    field.begin();
    field.set(made.value);
    setChosen(made.at);
  };
  const remove = () => {
    field.begin();
    field.set(withoutPoint(value, at));
    setChosen(Math.max(0, at - 1));
  };
  const down = (e: PointerEvent) => {
    if (e.button !== 0 || field.fixed) return;
    const p = under(e);
    const near = seen.findIndex((s) => Math.hypot(s.x - p.x, s.y - p.y) < NEAR);
    e.preventDefault();
    e.stopPropagation();
    if (near < 0) add(real(p).x, real(p).y);
    else {
      field.begin();
      setChosen(near);
    }
    drag.current = true;
    drawing.current?.setPointerCapture(e.pointerId);
  };
  const move = (e: PointerEvent) => {
    if (!drag.current || !point) return;
    const low = Number(points[at - 1]?.x.value ?? 0);
    const high = Number(points[at + 1]?.x.value ?? most);
    const { x, y } = real(under(e));
    field.set(withLeaf(withLeaf(value, point.x.path, Math.max(low, Math.min(high, x))), point.y.path, y));
  };
  const keys = (e: KeyboardEvent<HTMLButtonElement>) => rowKeys(e);
  const half = () => {
    const [a, b] = at + 1 < points.length ? [at, at + 1] : [at - 1, at];
    const middle = (of: 'x' | 'y') => rounded((Number(points[a]?.[of].value) + Number(points[b]?.[of].value)) / 2);
    add(middle('x'), middle('y'));
  };
  const tool = (label: string, icon: 'chevron' | 'plus' | 'minus', run: () => void, off = false) => (
    <button className="tool nodrag" data-field tabIndex={-1} aria-label={label} title={label} disabled={field.fixed || off} onClick={run} onKeyDown={keys}>
      <Icon name={icon} />
    </button>
  );
  return (
    <span className="curve-field">
      <svg ref={drawing} className="nodrag" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={words.curve(field.label, points.length)}
           onPointerDown={down} onPointerMove={move} onPointerUp={() => (drag.current = false)} onPointerCancel={() => (drag.current = false)}>
        <polyline points={seen.map((p) => `${p.x},${p.y}`).join(' ')} vectorEffect="non-scaling-stroke" />
        {seen.map((p, i) => (
          <path key={i} d={`M${p.x} ${p.y}h0`} vectorEffect="non-scaling-stroke" data-chosen={i === at} />
        ))}
      </svg>
      <span className="parts">
        {tool(words.next(at + 1, points.length), 'chevron', () => setChosen((at + 1) % points.length))}
        {point && <Part key={`x${at}`} field={field} leaf={point.x} def={{ min: 0, max: most, step: 0.01 }} label="x" />}
        {point && <Part key={`y${at}`} field={field} leaf={point.y} def={{ min: 0, max: most, step: 0.01 }} label="y" />}
        {tool(words.add, 'plus', half)}
        {tool(words.remove, 'minus', remove, points.length < 3)}
      </span>
    </span>
  );
}
