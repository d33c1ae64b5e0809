// A number: dragged to and fro, typed, or stepped by the arrow keys; the wheel only where the field has the focus.
import { useRef, type CSSProperties, type KeyboardEvent, type MouseEvent, type PointerEvent } from 'react';
import type { Field } from './field.ts';
import { isNum, numberText, readNumber, shareOf, stepped, type Num } from './numbers.ts';
import { TextBox } from './TextBox.tsx';
import { toText } from './values.ts';

const FAR = 4; // pixels until a press is a drag
const PIXELS_A_STEP = 4;

const factor = (e: { shiftKey: boolean; altKey: boolean }) => (e.shiftKey ? 10 : 1) * (e.altKey ? 0.1 : 1);

interface Drag {
  x: number;
  from: Num;
  moved: boolean;
  over?: boolean; // put back by Escape; the click that is still to come means nothing
}

/** Presses are clicks until they go far enough; Escape puts the value back. */
function useScrub(field: Field) {
  const drag = useRef<Drag | undefined>(undefined);
  const { def } = field;
  const move = (e: PointerEvent) => {
    const it = drag.current;
    if (!it || !def || it.over) return;
    const far = e.clientX - it.x;
    if (!it.moved && Math.abs(far) < FAR) return;
    if (!it.moved) {
      it.moved = true;
      field.begin();
      e.currentTarget.setPointerCapture(e.pointerId);
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    }
    const steps = Math.trunc(far / PIXELS_A_STEP);
    const next = steps === 0 ? it.from : stepped(it.from, def, steps * factor(e));
    if (next !== field.value) field.set(next);
  };
  const end = (e: globalThis.KeyboardEvent) => {
    if (e.key !== 'Escape' || !drag.current?.moved) return;
    e.stopPropagation();
    field.set(drag.current.from);
    drag.current.over = true;
  };
  return {
    onMouseDown: (e: MouseEvent) => e.preventDefault(), // the focus would open it
    onPointerDown: (e: PointerEvent) => {
      if (e.button !== 0 || e.pointerType === 'touch' || field.fixed || !def || !isNum(field.value)) return;
      drag.current = { x: e.clientX, from: field.value, moved: false };
      addEventListener('keydown', end, true);
      addEventListener('pointerup', () => removeEventListener('keydown', end, true), { once: true });
    },
    onPointerMove: move,
    onClickCapture: (e: MouseEvent) => {
      if (drag.current?.moved) e.stopPropagation();
      drag.current = undefined;
    },
    onLostPointerCapture: () => {
      if (drag.current && !drag.current.moved) drag.current = undefined;
    },
  };
}

export function NumberBox({ field }: { field: Field }) {
  const { def, value } = field;
  const scrub = useScrub(field);
  const text = toText(value, def);
  const latest = useRef(value);
  latest.current = value;

  const step = (times: number) => {
    if (!def) return undefined;
    const next = stepped(isNum(latest.current) ? latest.current : 0, def, times);
    latest.current = next;
    field.set(next);
    return numberText(next, def);
  };
  const keys = (e: KeyboardEvent) => {
    if (e.key !== 'ArrowUp' && e.key !== 'ArrowDown') return undefined;
    e.preventDefault();
    return step((e.key === 'ArrowUp' ? 1 : -1) * factor(e));
  };
  const put = (typed: string) => {
    const next = def && readNumber(typed, def);
    if (next !== undefined) field.set(next);
    return next !== undefined;
  };
  const share = def && isNum(value) && def.options['display'] === 'slider' ? shareOf(value, def) : undefined;
  return (
    <TextBox
      field={field}
      text={text}
      role="spinbutton"
      mode={def?.widget === 'float' ? 'decimal' : 'numeric'}
      put={put}
      onKey={keys}
      onWheel={(up) => step(up ? 1 : -1)}
      rest={{
        ...scrub,
        className: `shown number nodrag${share === undefined ? '' : ' slider'}`,
        ...(share === undefined ? {} : { style: { '--share': share } as CSSProperties }),
      }}
      {...(isNum(value) ? { now: Number(value) } : {})}
    />
  );
}
