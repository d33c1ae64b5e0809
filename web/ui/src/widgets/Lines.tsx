// A text of many lines: a box at rest, a textarea while it is worked with. Undoing within it is the browser's own.
import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { isComposing, leave, tab, type Field } from './field.ts';
import { spanAround, toText, weighted } from './values.ts';

/** As if it were typed: so Ctrl+Z of the field knows of it. */
function type(box: HTMLTextAreaElement, from: number, to: number, text: string) {
  box.setSelectionRange(from, to);
  if (!document.execCommand('insertText', false, text)) box.setRangeText(text, from, to, 'end');
  box.setSelectionRange(from, from + text.length);
}

function changeWeight(box: HTMLTextAreaElement, by: number) {
  const [from, to] = spanAround(box.value, box.selectionStart, box.selectionEnd);
  if (from < to) type(box, from, to, weighted(box.value.slice(from, to), by));
}

export function Entry({ field, done }: { field: Field; done: () => void }) {
  const box = useRef<HTMLTextAreaElement>(null);
  const placeholder = field.def?.options['placeholder'];

  useLayoutEffect(() => {
    field.begin();
    box.current?.focus({ preventScroll: true });
    box.current?.setSelectionRange(box.current.value.length, box.current.value.length);
  }, []);
  const put = (text: string) => text !== toText(field.value, field.def) && field.set(text);
  const keys = (e: KeyboardEvent<HTMLTextAreaElement>) => {
    if (isComposing(e)) return e.stopPropagation();
    if (e.key === 'Escape') leave(e.currentTarget);
    else if ((e.ctrlKey || e.metaKey) && (e.key === 'ArrowUp' || e.key === 'ArrowDown')) {
      e.preventDefault();
      changeWeight(e.currentTarget, e.key === 'ArrowUp' ? 0.05 : -0.05);
      put(e.currentTarget.value);
    } else if (!tab(e)) return;
    e.stopPropagation();
  };
  return (
    <textarea
      ref={box}
      className="entry nodrag nowheel"
      data-field
      aria-label={field.label}
      defaultValue={toText(field.value, field.def)}
      placeholder={typeof placeholder === 'string' ? placeholder : undefined}
      spellCheck={false}
      onKeyDown={keys}
      onInput={(e) => (e.nativeEvent as InputEvent).isComposing || put(e.currentTarget.value)}
      onCompositionEnd={(e) => put(e.currentTarget.value)}
      onBlur={(e) => {
        put(e.currentTarget.value);
        done();
      }}
    />
  );
}

/** {a|b} is one of them, drawn anew each time it is queued: it looks like that. */
function tinted(text: string) {
  return text.split(/(\{[^{}]*\|[^{}]*\})/).map((part, i) => (i % 2 ? <mark key={i}>{part}</mark> : part));
}

export function Lines({ field }: { field: Field }) {
  const [editing, setEditing] = useState(false);
  const text = toText(field.value, field.def);
  const hint = field.def?.options['placeholder'];

  if (editing && !field.fixed) return <Entry field={field} done={() => setEditing(false)} />;
  return (
    <div
      className="shown lines nodrag"
      data-field
      data-empty={text === ''}
      role="textbox"
      aria-multiline="true"
      tabIndex={-1}
      aria-label={field.label}
      aria-disabled={field.fixed || undefined}
      onFocus={() => setEditing(true)}
      onClick={() => setEditing(true)}
    >
      {text === '' ? (typeof hint === 'string' ? hint : field.label) : field.def?.options['dynamicPrompts'] === true ? tinted(text) : text}
    </div>
  );
}
