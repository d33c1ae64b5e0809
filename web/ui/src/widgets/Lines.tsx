// A text of many lines: a box at rest, a textarea while it is worked with. Undoing within it is the browser's own.
import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { later } from '../app/fetched.ts';
import { late } from '../app/late.ts';
import { isComposing, leave, tab, type Field } from './field.ts';
import { toText } from './values.ts';

const weights = later(() => import('./weights.ts'));
/** Of embeddings; it comes when somebody begins to name one. */
const Completion = late(async () => (await import('./Completion.tsx')).Completion);

export function Entry({ field, done }: { field: Field; done: () => void }) {
  const box = useRef<HTMLTextAreaElement>(null);
  const placeholder = field.def?.options['placeholder'];
  const [names, setNames] = useState(false);

  useLayoutEffect(() => {
    field.begin();
    box.current?.focus({ preventScroll: true });
    box.current?.setSelectionRange(box.current.value.length, box.current.value.length);
  }, []);
  const put = (text: string) => {
    if (field.def?.widget === 'texts' && /embedding:/i.test(text)) setNames(true);
    if (text !== toText(field.value, field.def)) field.set(text);
  };
  const keys = (e: KeyboardEvent<HTMLTextAreaElement>) => {
    if (isComposing(e)) return e.stopPropagation();
    if (e.key === 'Escape') leave(e.currentTarget);
    else if ((e.ctrlKey || e.metaKey) && (e.key === 'ArrowUp' || e.key === 'ArrowDown')) {
      const [it, by] = [e.currentTarget, e.key === 'ArrowUp' ? 0.05 : -0.05];
      e.preventDefault();
      void weights().then(({ changeWeight }) => (changeWeight(it, by), put(it.value)));
    } else if (!tab(e)) return;
    e.stopPropagation();
  };
  return (
    <>
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
      {names && box.current && <Completion box={box.current} />}
    </>
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
