// A seed: the number, a die for a new one, what becomes of it after each run, and the one of the last run.
import { useId, useRef, useState, type KeyboardEvent } from 'react';
import type { Json } from '../doc/json.ts';
import type { Id } from '../doc/links.ts';
import { setControl } from '../doc/ops.ts';
import { controlOf } from '../doc/values.ts';
import { useWords } from '../i18n/words.ts';
import { useLastValue } from '../run/last.ts';
import { nextValue } from '../run/seeds.ts';
import { isComposing, leave, tab, type Field } from './field.ts';
import { List } from './LateList.tsx';
import { NumberBox } from './NumberBox.tsx';
import { Sign, type SignName } from './Sign.tsx';
import { toText } from './values.ts';

const OF_NUMBERS = ['fixed', 'increment', 'decrement', 'randomize'] as const;
const OF_CHOICES = [...OF_NUMBERS, 'increment-wrap'] as const;
type Control = (typeof OF_CHOICES)[number];

const SIGNS: Readonly<Record<Control, SignName>> = {
  fixed: 'fixed', increment: 'more', decrement: 'less', randomize: 'random', 'increment-wrap': 'again',
};
const isControl = (value: string): value is Control => (OF_CHOICES as readonly string[]).includes(value);

/** A button in a row: Tab goes on, Escape out, Enter and Space press it. */
export function rowKeys(e: KeyboardEvent<HTMLButtonElement>) {
  if (isComposing(e) || tab(e)) return;
  if (e.key === 'Escape') leave(e.currentTarget);
  if (e.key === 'Escape' || e.key === 'Enter' || e.key === ' ') e.stopPropagation();
}

/** What becomes of the value after each run. */
export function ControlButton({ field }: { field: Field }) {
  const words = useWords().widgets;
  const id = useId();
  const box = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const told = controlOf(field.node, field.shape);
  const now: Control = isControl(told) ? told : 'fixed';
  const all = field.def?.widget === 'choice' || field.def?.widget === 'choices' ? OF_CHOICES : OF_NUMBERS;
  const says = all.map((c) => words.after[c]);
  const label = words.afterLabel(field.label, words.after[now]);
  return (
    <>
      <button
        ref={box}
        className="tool nodrag"
        data-field
        tabIndex={-1}
        aria-label={label}
        title={label}
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        disabled={field.fixed}
        onClick={() => setOpen(!open)}
        onKeyDown={rowKeys}
      >
        <Sign name={SIGNS[now]} />
      </button>
      {open && box.current && (
        <List
          id={id}
          anchor={box.current}
          label={words.afterTitle}
          values={says}
          recent={[]}
          chosen={[words.after[now]]}
          pick={(v) => setControl(field.doc, field.node, field.shape, all[says.indexOf(v as string)] ?? 'fixed')}
          close={(by) => {
            setOpen(false);
            if (by !== 'outside') box.current?.focus({ preventScroll: true });
          }}
        />
      )}
    </>
  );
}

function Last({ field, last }: { field: Field; last: Json }) {
  const words = useWords().widgets;
  const text = toText(last, field.def);
  const shown = words.last(text.length > 6 ? `${text.slice(0, 4)}…` : text);
  const back = () => {
    field.begin();
    field.set(last);
    if (field.shape.control !== undefined || field.shape.source) setControl(field.doc, field.node, field.shape, 'fixed');
  };
  return (
    <button className="last nodrag" data-field tabIndex={-1} title={words.lastBack(text)} aria-label={`${shown}: ${words.lastBack(text)}`} onClick={back}
            onKeyDown={rowKeys}>
      {shown}
    </button>
  );
}

export function Seed({ field }: { field: Field }) {
  const words = useWords().widgets;
  const last = useLastValue(field.doc.uid, field.node['id'] as Id, field.shape.name);
  const roll = () => {
    const next = nextValue('randomize', field.value ?? 0, field.def);
    if (next === undefined) return;
    field.begin();
    field.set(next);
  };
  return (
    <>
      <NumberBox field={field} />
      {last !== undefined && last !== field.value && !field.fixed && <Last field={field} last={last} />}
      <button className="tool nodrag" data-field tabIndex={-1} aria-label={words.newSeed} title={words.newSeed} disabled={field.fixed} onClick={roll} onKeyDown={rowKeys}>
        <Sign name="die" />
      </button>
      <ControlButton field={field} />
    </>
  );
}
