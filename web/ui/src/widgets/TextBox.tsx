// One line of text that is a span until somebody works with it: the real input comes with the focus and goes with it.
import { useLayoutEffect, useRef, useState, type HTMLAttributes, type KeyboardEvent, type ReactNode } from 'react';
import { isComposing, leave, tab, type Field } from './field.ts';

interface Props {
  field: Field;
  text: string;
  role?: 'textbox' | 'spinbutton';
  now?: number; // of a spinbutton
  live?: boolean; // every letter counts at once; else what stands there in the end
  mode?: 'text' | 'decimal' | 'numeric';
  placeholder?: string;
  /** False: that text is nothing; the field says so and keeps it. */
  put: (text: string) => boolean;
  /** A key of the kind's own; what it returns is shown. */
  onKey?: (e: KeyboardEvent<HTMLInputElement>) => string | undefined;
  onWheel?: (up: boolean) => string | undefined;
  children?: ReactNode; // at rest instead of the text
  rest?: HTMLAttributes<HTMLSpanElement>;
}

function Input({ field, text, live, mode, placeholder, put, onKey, onWheel, done }: Props & { done: () => void }) {
  const box = useRef<HTMLInputElement>(null);
  const before = useRef(field.value);
  const [bad, setBad] = useState(false);

  useLayoutEffect(() => {
    field.begin();
    box.current?.focus({ preventScroll: true });
    box.current?.select();
  }, []);
  const commit = () => {
    if (box.current && box.current.value !== text) put(box.current.value);
  };
  const escape = (from: Element) => {
    if (before.current !== undefined && before.current !== field.value) field.set(before.current);
    if (box.current) box.current.value = text;
    leave(from);
  };
  const enter = (from: Element) => {
    if (box.current && box.current.value !== text && !put(box.current.value)) setBad(true);
    else leave(from);
  };
  /** Keys that are not ours go on: Ctrl+Enter runs with what was typed. */
  const key = (e: KeyboardEvent<HTMLInputElement>) => {
    if (isComposing(e)) return e.stopPropagation();
    if (e.ctrlKey || e.metaKey) return commit();
    const shown = onKey?.(e);
    if (shown !== undefined && box.current) {
      box.current.value = shown;
      setBad(false);
    } else if (e.key === 'Escape') escape(e.currentTarget);
    else if (e.key === 'Enter') enter(e.currentTarget);
    else if (e.key === 'Tab') {
      commit();
      tab(e);
    } else return;
    e.stopPropagation();
  };
  return (
    <input
      ref={box}
      className="entry nodrag nowheel"
      data-field
      aria-label={field.label}
      aria-invalid={bad || field.wrong}
      defaultValue={text}
      inputMode={mode}
      placeholder={placeholder}
      spellCheck={false}
      autoComplete="off"
      onKeyDown={key}
      onInput={(e) => {
        const typed = e.currentTarget.value;
        if (live && !(e.nativeEvent as InputEvent).isComposing) setBad(!put(typed));
        else setBad(false);
      }}
      onCompositionEnd={(e) => live && setBad(!put(e.currentTarget.value))}
      onWheel={(e) => {
        const shown = onWheel?.(e.deltaY < 0);
        if (shown !== undefined && box.current) box.current.value = shown;
      }}
      onBlur={() => {
        commit();
        done();
      }}
    />
  );
}

export function TextBox(props: Props) {
  const { field, text, role = 'textbox', now, placeholder, children, rest } = props;
  const [editing, setEditing] = useState(false);

  if (editing && !field.fixed) return <Input {...props} done={() => setEditing(false)} />;
  return (
    <span
      className="shown nodrag"
      data-field
      data-empty={text === ''}
      role={role}
      tabIndex={-1}
      aria-label={field.label}
      aria-disabled={field.fixed || undefined}
      aria-invalid={field.wrong || undefined}
      {...(role === 'spinbutton' ? { 'aria-valuetext': text, ...(now === undefined ? {} : { 'aria-valuenow': now }) } : {})}
      onFocus={() => setEditing(true)}
      onClick={() => setEditing(true)}
      {...rest}
    >
      {children ?? (text === '' ? (placeholder ?? '') : text)}
    </span>
  );
}
