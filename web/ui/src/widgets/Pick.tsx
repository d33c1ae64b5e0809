// A value out of a list, or several of them: what is chosen, and a list that opens.
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Icon } from '../app/Icon.tsx';
import type { Json } from '../doc/json.ts';
import { useWords } from '../i18n/words.ts';
import { isComposing, leave, neighbour, tab, type Field } from './field.ts';
import { List } from './LateList.tsx';
import { noteRecent, recentOf } from './recent.ts';
import { useRemote } from './remote.ts';
import { toText } from './values.ts';

const MOST_CHIPS = 2; // of more the number

const keyOf = (field: Field) => `${String(field.node['type'] ?? '')}.${field.shape.name}`;

/** The choices as they are now; of a list that the server has elsewhere, once somebody looks. */
function useChoices(field: Field, open: boolean): { values: readonly Json[]; waiting: boolean } {
  const remote = useRemote(field.def?.options['remote'], open);
  return { values: remote ?? field.def?.choices ?? [], waiting: remote === null };
}

interface Opens {
  field: Field;
  text: string;
  shown?: ReactNode; // in its place
  many?: boolean;
  pick: (value: Json) => void;
  /** Another value by an arrow key, without the list. */
  step?: (by: number, among: readonly Json[]) => void;
  chosen: readonly Json[];
}

function Opening({ field, text, shown, many = false, pick, step, chosen }: Opens) {
  const box = useRef<HTMLSpanElement>(null);
  const [open, setOpen] = useState(false);
  const { values, waiting } = useChoices(field, open);
  const words = useWords().widgets;
  const id = useId();

  const show = () => {
    if (field.fixed) return;
    field.begin();
    setOpen(true);
  };
  const keys = (e: KeyboardEvent<HTMLSpanElement>) => {
    if (open || isComposing(e) || tab(e)) return;
    if (['Enter', ' ', 'ArrowDown', 'ArrowUp', 'F2'].includes(e.key)) show();
    else if (step && !field.fixed && (e.key === 'ArrowLeft' || e.key === 'ArrowRight')) step(e.key === 'ArrowLeft' ? -1 : 1, values);
    else if (e.key === 'Escape') leave(e.currentTarget);
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <>
      <span
        ref={box}
        className="shown pick nodrag"
        data-field
        role="combobox"
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        tabIndex={-1}
        aria-label={field.label}
        aria-invalid={field.wrong || undefined}
        aria-disabled={field.fixed || undefined}
        title={field.why ?? (field.wrong ? words.notInList(text) : text)}
        onClick={() => (open ? setOpen(false) : show())}
        onKeyDown={keys}
      >
        {shown ?? <span className="text">{text === '' ? words.nothing : text}</span>}
        <Icon name="down" />
      </span>
      {open && box.current && (
        <List
          id={id}
          anchor={box.current}
          label={field.label}
          values={values}
          recent={many ? [] : recentOf(keyOf(field))}
          chosen={chosen}
          many={many}
          waiting={waiting}
          field={field}
          pick={(value) => {
            noteRecent(keyOf(field), value);
            pick(value);
          }}
          close={(by) => {
            setOpen(false);
            if (by === 'escape' || by === 'pick') box.current?.focus({ preventScroll: true });
            else if (box.current && by !== 'outside') (neighbour(box.current, by === 'tab-back') ?? box.current).focus();
          }}
        />
      )}
    </>
  );
}

export function Pick({ field }: { field: Field }) {
  const { value } = field;
  const step = (by: number, among: readonly Json[]) => {
    const at = among.findIndex((c) => Object.is(c, value));
    const next = among[Math.min(among.length - 1, Math.max(0, at + by))];
    if (next !== undefined && next !== value) field.set(next);
  };
  return (
    <Opening
      field={field}
      text={toText(value, field.def)}
      chosen={value === undefined ? [] : [value]}
      pick={(v) => v !== value && field.set(v)}
      step={step}
    />
  );
}

/** In the order of the list, whatever order they were chosen in. */
export function PickMany({ field }: { field: Field }) {
  const chosen = Array.isArray(field.value) ? field.value : [];
  const turn = (v: Json) => {
    const without = chosen.filter((c) => !Object.is(c, v));
    const order = field.def?.choices ?? [];
    field.set(without.length < chosen.length ? without : [...chosen, v].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
  };
  const chips = chosen.slice(0, MOST_CHIPS).map((c, i) => <span key={i} className="text chip">{toText(c, field.def)}</span>);
  const more = chosen.length - MOST_CHIPS;
  const shown = chips.length ? <>{chips}{more > 0 && <span className="chip">+{more}</span>}</> : undefined;
  return <Opening field={field} text={toText(chosen, field.def)} shown={shown} many chosen={chosen} pick={turn} />;
}
