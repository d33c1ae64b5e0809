// The second column of the outline: a field's value, which is written here; what a socket is linked to; a node's number.
import { useState, type ChangeEvent, type KeyboardEvent } from 'react';
import { setWidgetValue } from '../doc/ops.ts';
import type { Document } from '../doc/document.ts';
import { useDialogWords } from '../i18n/dialogs.ts';
import { fromText, toText } from '../widgets/values.ts';
import type { OutlineRow } from './outline-rows.ts';

type Field = Extract<OutlineRow, { kind: 'field' }>;

interface Editing {
  first: string;
  label: string;
  done: (text?: string) => void;
}

/** A text while it is written; Enter keeps it, with Ctrl where it has lines of its own, Escape leaves it as it was. */
function useText({ first, label, done }: Editing, lines: boolean) {
  const [text, setText] = useState(first);
  const key = (e: KeyboardEvent) => {
    e.stopPropagation();
    if (e.nativeEvent.isComposing) return;
    if (e.key === 'Enter' && (!lines || e.ctrlKey || e.metaKey)) done(text);
    else if (e.key === 'Escape') done();
    else return;
    e.preventDefault();
  };
  return {
    autoFocus: true, 'aria-label': label, value: text, onKeyDown: key, onBlur: () => done(text),
    onChange: (e: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => setText(e.target.value),
  };
}

export function Edit(editing: Editing) {
  return <input {...useText(editing, false)} />;
}

function Write(editing: Editing) {
  return <textarea {...useText(editing, true)} />;
}

/** A list: the arrow keys go through it, Enter keeps where they are. */
function Choose({ row, done }: { row: Field; done: (text?: string) => void }) {
  const { def } = row.widget;
  const now = toText(row.value, def);
  const choices = (def?.choices ?? []).map((c) => toText(c, def));
  const [text, setText] = useState(now);
  const key = (e: KeyboardEvent) => {
    e.stopPropagation();
    if (e.key === 'Enter') done(text);
    else if (e.key === 'Escape') done();
  };
  return (
    <select autoFocus aria-label={row.label} value={text} onChange={(e) => setText(e.target.value)} onBlur={() => done(text)} onKeyDown={key}>
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
  if (editing && row.widget.def?.widget === 'texts') return <Write first={toText(row.value, row.widget.def)} label={row.label} done={finish} />;
  if (editing) return <Edit first={toText(row.value, row.widget.def)} label={row.label} done={finish} />;
  return <span className="value">{toText(row.value, row.widget.def)}</span>;
}
