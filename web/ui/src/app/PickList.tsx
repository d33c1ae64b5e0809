// A field, and the list that it narrows: arrows and Enter, or a press, take one of it.
import { useDeferredValue, useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useDialogWords } from '../i18n/dialogs.ts';
import '../style/palette.css';
import { Dialog } from './Dialog.tsx';

export interface PickRow {
  id: string;
  body: ReactNode; // .label, .note, kbd
  title?: string;
  disabled?: boolean | undefined;
  act: () => void;
}

interface Props {
  title: string; // another one is another list: what was typed is gone
  label?: string;
  placeholder?: string;
  text?: string;
  rows: (text: string) => readonly PickRow[];
  foot?: ReactNode;
  close: () => void;
}

function Picking({ title, label = title, placeholder = title, text: first = '', rows, foot }: Props) {
  const { none } = useDialogWords().palette;
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [text, setText] = useState(first);
  const [at, setAt] = useState(0);
  const typed = useDeferredValue(text);
  const shown = rows(typed);
  const here = Math.min(at, shown.length - 1);

  useLayoutEffect(() => field.current?.focus(), []);
  useEffect(() => void list.current?.children[here]?.scrollIntoView({ block: 'nearest' }), [here]);
  /** Who types and presses Enter at once means what was typed, not what is still shown. */
  const take = (n: number) => {
    const row = (typed === text ? shown : rows(text))[n];
    if (row && !row.disabled) row.act();
  };
  const key = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing || e.key === 'Process') return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (by !== undefined) setAt((here + by + shown.length) % Math.max(1, shown.length));
    else if (e.key === 'Enter') take(Math.max(0, here));
    else return;
    e.preventDefault();
  };
  return (
    <>
      <input
        ref={field}
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={shown.length ? `${id}${here}` : undefined}
        aria-label={label}
        placeholder={placeholder}
        value={text}
        data-focus
        spellCheck={false}
        onChange={(e) => (setText(e.target.value), setAt(0))}
        onKeyDown={key}
      />
      <ul id={id} role="listbox" aria-label={title} ref={list}>
        {shown.map((row, n) => (
          <li key={row.id} id={`${id}${n}`} role="option" aria-selected={n === here} aria-disabled={row.disabled} title={row.title}
              onPointerMove={() => n !== here && setAt(n)} onClick={() => take(n)}>
            {row.body}
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="none">{none}</p>}
      {foot}
    </>
  );
}

export function PickList(props: Props) {
  return (
    <Dialog title={props.title} kind="palette" close={props.close}>
      <Picking key={props.title} {...props} />
    </Dialog>
  );
}
