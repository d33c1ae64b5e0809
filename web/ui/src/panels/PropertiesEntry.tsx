// The entries of the panel of properties: what is written is kept with Enter or when the focus goes on; Escape puts back.
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { useRoom } from '../i18n/room.ts';
import { properties as room } from '../i18n/words/properties.ts';

/** What all are; undefined where they differ. */
export function same<T>(all: readonly T[]): T | undefined {
  return all.every((v) => v === all[0]) ? all[0] : undefined;
}

interface Props {
  label: string;
  value: string | undefined; // undefined: of several nodes, which differ
  kind?: 'text' | 'number' | 'lines';
  hint?: string; // in place of nothing
  why?: string; // what is wrong with what is not taken
  take: (text: string) => unknown; // false: it is none
}

export function Entry({ label, value, kind: first = 'text', hint = '', why, take }: Props) {
  const words = useRoom(room);
  const id = useId();
  const [kind] = useState(first); // while it is there: a longer value takes the keyboard from nobody
  const [draft, setDraft] = useState<string>();
  const [wrong, setWrong] = useState(false);
  const keep = () => {
    const taken = draft === undefined || draft === value || take(draft) !== false;
    setWrong(!taken);
    if (taken) setDraft(undefined);
  };
  const keys = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return;
    if (e.key === 'Enter' && (kind !== 'lines' || e.ctrlKey || e.metaKey)) keep();
    else if (e.key === 'Escape' && draft !== undefined) (setDraft(undefined), setWrong(false));
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const field = {
    id, value: draft ?? value ?? '', placeholder: value === undefined ? words.differ : hint, spellCheck: false, 'aria-invalid': wrong,
    ...(wrong && why ? { 'aria-describedby': `${id}-why` } : {}),
    onChange: (e: { target: { value: string } }) => (setDraft(e.target.value), setWrong(false)), onBlur: keep, onKeyDown: keys,
  };
  return (
    <div className="entry" data-wide={kind !== 'number'}>
      <label htmlFor={id} title={label}>{label}</label>
      {kind === 'lines' ? <textarea rows={3} {...field} /> : <input type={kind} {...field} />}
      {wrong && why && <p id={`${id}-why`} role="alert">{why}</p>}
    </div>
  );
}

export function Check({ label, on, set }: { label: string; on: boolean | undefined; set: (on: boolean) => void }) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = on === undefined;
  }, [on]);
  return (
    <label className="check">
      <input ref={box} type="checkbox" checked={on === true} onChange={(e) => set(e.target.checked)} />
      {label}
    </label>
  );
}
