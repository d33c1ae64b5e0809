// The second column of the outline: a field's value, which is written here; what a socket is linked to; a node's number.
import { useState, type KeyboardEvent } from 'react';
import { setWidgetValue } from '../doc/ops.ts';
import type { Document } from '../doc/document.ts';
import { useDialogWords } from '../i18n/dialogs.ts';
import { fromText, toText } from '../widgets/values.ts';
import type { OutlineRow } from './outline-rows.ts';

type Field = Extract<OutlineRow, { kind: 'field' }>;

/** An input while it is written in; Enter keeps, Escape leaves it as it was. */
export function Edit({ first, label, done }: { first: string; label: string; done: (text?: string) => void }) {
  const [text, setText] = useState(first);
  const key = (e: KeyboardEvent) => {
    e.stopPropagation();
    if (e.nativeEvent.isComposing) return;
    if (e.key === 'Enter') done(text);
    else if (e.key === 'Escape') done();
    else return;
    e.preventDefault();
  };
  return <input autoFocus aria-label={label} value={text} onChange={(e) => setText(e.target.value)} onKeyDown={key} onBlur={() => done(text)} />;
}

function Choose({ row, done }: { row: Field; done: (text?: string) => void }) {
  const { def } = row.widget;
  const now = toText(row.value, def);
  const choices = (def?.choices ?? []).map((c) => toText(c, def));
  return (
    <select
      autoFocus
      aria-label={row.label}
      defaultValue={now}
      onChange={(e) => done(e.target.value)}
      onBlur={() => done()}
      onKeyDown={(e) => (e.stopPropagation(), e.key === 'Escape' && done())}
    >
      {(choices.includes(now) ? choices : [now, ...choices]).map((c) => (
        <option key={c}>{c}</option>
      ))}
    </select>
  );
}

/** What a person wrote becomes the value, if it is one. */
export function setField(doc: Document, row: Field, text: string) {
  const value = fromText(text, row.widget.def);
  if (value !== undefined && text !== toText(row.value, row.widget.def)) setWidgetValue(doc, row.view.node, row.widget, value);
}

export function Cell({ doc, row, editing, done }: { doc: Document; row: OutlineRow; editing: boolean; done: () => void }) {
  const words = useDialogWords().outline;
  if (row.kind === 'group') return <span className="note">{words.nodes(row.n)}</span>;
  if (row.kind === 'node') return <span className="note">{[...(row.view.shape.mode === 'runs' ? [] : [words.modes[row.view.shape.mode]]), `#${row.view.id}`].join(' · ')}</span>;
  if (row.kind === 'socket') return <span className="note">{row.others.join(', ') || words.free}</span>;
  const finish = (text?: string) => {
    done();
    if (text !== undefined) setField(doc, row, text);
  };
  if (editing && row.widget.def?.choices) return <Choose row={row} done={finish} />;
  if (editing) return <Edit first={toText(row.value, row.widget.def)} label={row.label} done={finish} />;
  return <span className="value">{toText(row.value, row.widget.def)}</span>;
}
