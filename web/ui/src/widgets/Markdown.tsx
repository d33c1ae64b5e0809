// A note: shown as its Markdown means it, edited as text. Nothing of it becomes markup, and no address is followed: it is copied.
import { useMemo, useState } from 'react';
import { putText } from '../app/copying.ts';
import { say } from '../app/toasts.ts';
import { useWords } from '../i18n/words.ts';
import { isComposing, leave, tab, type Field } from './field.ts';
import { Entry } from './Lines.tsx';
import { blocksOf, type Block, type Span } from './markdown.ts';
import { Sign } from './Sign.tsx';
import { toText } from './values.ts';

function Link({ text, url }: { text: string; url: string }) {
  const words = useWords().widgets;
  const copy = () => putText(url).then((done) => say((w) => (done ? w.widgets.copied(url) : w.widgets.copyByHand(url))));
  return (
    <span className="address" title={url}>
      {text}
      <button className="tool nodrag" tabIndex={-1} aria-label={words.copyAddress(url)} title={words.copyAddress(url)} onClick={() => void copy()}>
        <Sign name="copy" />
      </button>
    </span>
  );
}

function Spans({ spans }: { spans: readonly Span[] }) {
  return spans.map((s, i) => {
    switch (s.kind) {
      case 'strong':
        return <strong key={i}>{s.text}</strong>;
      case 'em':
        return <em key={i}>{s.text}</em>;
      case 'code':
        return <code key={i}>{s.text}</code>;
      case 'link':
        return <Link key={i} text={s.text} url={s.url} />;
      default:
        return s.text;
    }
  });
}

function Part({ block }: { block: Block }) {
  switch (block.kind) {
    case 'heading':
      return (
        <p className="heading" data-level={block.level}>
          <Spans spans={block.spans} />
        </p>
      );
    case 'list': {
      const items = block.items.map((spans, i) => (
        <li key={i}>
          <Spans spans={spans} />
        </li>
      ));
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case 'code':
      return <pre>{block.text}</pre>;
    case 'rule':
      return <hr />;
    default:
      return (
        <p className={block.kind}>
          <Spans spans={block.spans} />
        </p>
      );
  }
}

export function Markdown({ field }: { field: Field }) {
  const words = useWords().widgets;
  const [editing, setEditing] = useState(false);
  const text = toText(field.value, field.def);
  const blocks = useMemo(() => blocksOf(text), [text]);

  if (editing && !field.fixed) return <Entry field={field} done={() => setEditing(false)} />;
  return (
    <div
      className="shown note"
      data-field
      data-empty={text === ''}
      role="group"
      tabIndex={-1}
      aria-label={field.label || words.note}
      onDoubleClick={(e) => {
        e.stopPropagation();
        setEditing(true);
      }}
      onKeyDown={(e) => {
        if (e.target !== e.currentTarget || isComposing(e) || tab(e)) return;
        if (e.key === 'Enter' || e.key === 'F2') setEditing(true);
        else if (e.key === 'Escape') leave(e.currentTarget);
        else return;
        e.preventDefault();
        e.stopPropagation();
      }}
    >
      {text === '' ? words.noteHint : blocks.map((block, i) => <Part key={i} block={block} />)}
    </div>
  );
}
