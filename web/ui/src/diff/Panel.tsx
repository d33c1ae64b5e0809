// What a comparison found, beside the graph: each change in words, which one looks at, and the words of what is under the pointer.
import { useEffect, useMemo, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useActive } from '../app/documents.ts';
import { Icon } from '../app/Icon.tsx';
import { useKeys, withKeys } from '../app/bound.ts';
import { inTextField } from '../app/open.ts';
import { useSettings } from '../app/settings.ts';
import { holdSteps } from '../app/steps.ts';
import { view } from '../canvas/view.ts';
import { useDefs } from '../defs/defs.ts';
import { useRoom } from '../i18n/room.ts';
import { useWords } from '../i18n/words.ts';
import { diff } from '../i18n/words/diff.ts';
import { useView } from '../linear/view.ts';
import '../style/diff.css';
import type { Item } from './changes.ts';
import { findAgain, useDiffing, type Diffing } from './diffing.ts';
import { itemAt, showItem, startMarks, titlesOf } from './overlay.ts';
import { nameOf, sayChange, countsOf, type Telling } from './say.ts';
import { Sign } from './Sign.tsx';

const MOST = 400; // rows
const MOST_LINES = 8; // of one of them

function useTelling(now: Diffing): Telling {
  const words = useRoom(diff);
  const language = useSettings((s) => s.language);
  const defs = useDefs((s) => s.defs);
  return useMemo(() => ({ words, language, defs, title: titlesOf(now, language) }), [words, language, defs, now.items, now.other]);
}

function Lines({ item, telling }: { item: Item; telling: Telling }) {
  const lines = item.changes.slice(0, MOST_LINES);
  return (
    <ul>
      {lines.map((c, i) => (
        <li key={i}>{sayChange(c, telling)}</li>
      ))}
      {item.changes.length > MOST_LINES && <li>{telling.words.versions.more(item.changes.length - MOST_LINES)}</li>}
    </ul>
  );
}

function Row({ item, telling, chosen, go }: { item: Item; telling: Telling; chosen: boolean; go: () => void }) {
  const box = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (chosen) box.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <li>
      <button ref={box} data-how={item.how} aria-current={chosen || undefined} onClick={go}>
        <Sign how={item.how} />
        <span className="name">{nameOf(item, telling)}</span>
        <span className="how">{telling.words.how[item.how]}</span>
        <Lines item={item} telling={telling} />
      </button>
    </li>
  );
}

/** The words of what the pointer is over. */
function Hint({ telling }: { telling: Telling }) {
  const [over, setOver] = useState<{ item: Item; x: number; y: number }>();

  useEffect(() => {
    const graph = document.querySelector<HTMLElement>('.graph');
    const moved = (e: PointerEvent) => {
      const box = graph?.getBoundingClientRect();
      const item = box && !view.moving && !view.pending && e.buttons === 0 ? itemAt({ x: e.clientX - box.x, y: e.clientY - box.y }) : undefined;
      setOver(item && { item, x: e.clientX, y: e.clientY });
    };
    const gone = () => setOver(undefined);
    graph?.addEventListener('pointermove', moved);
    graph?.addEventListener('pointerleave', gone);
    return () => {
      graph?.removeEventListener('pointermove', moved);
      graph?.removeEventListener('pointerleave', gone);
    };
  }, []);
  if (!over) return null;
  const style = { left: Math.min(over.x + 16, innerWidth - 340), top: Math.min(over.y + 16, innerHeight - 160) };
  return (
    <div className="diff-hint" role="tooltip" style={style}>
      <strong>{nameOf(over.item, telling)}</strong> <span className="how">{telling.words.how[over.item.how]}</span>
      <Lines item={over.item} telling={telling} />
    </div>
  );
}

/** Escape ends it, unless something else is under way that Escape ends first. */
function useEscape(close: () => void) {
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if (e.key !== 'Escape' || e.defaultPrevented || e.isComposing || inTextField(e.target)) return;
      if (document.querySelector('dialog[open], .menu, .add-node, [popover]:popover-open')) return;
      e.preventDefault();
      e.stopPropagation();
      close();
    };
    addEventListener('keydown', key, true);
    return () => removeEventListener('keydown', key, true);
  }, []);
}

function Found({ now, telling, go }: { now: Diffing; telling: Telling; go: (n: number) => void }) {
  const { words } = telling;
  if (now.state === 'failed')
    return (
      <p className="fault" role="alert">
        {words.failed(now.fault ?? '')} <button className="text" onClick={findAgain}>{words.again}</button>
      </p>
    );
  if (now.state === 'asking') return <div className="ghosts" aria-hidden="true"><i /><i /><i /></div>;
  const left = now.leftOut + Math.max(0, now.items.length - MOST);
  return (
    <>
      <ol aria-label={words.list} tabIndex={-1}>
        {now.items.slice(0, MOST).map((item, n) => (
          <Row key={item.key} item={item} telling={telling} chosen={n === now.at} go={() => go(n)} />
        ))}
      </ol>
      {left > 0 && <p className="note">{words.leftOut(left)}</p>}
    </>
  );
}

function Open({ now, close }: { now: Diffing; close: () => void }) {
  const all = useWords();
  const telling = useTelling(now);
  const { words } = telling;
  const next = useKeys('diff.next', 'F7');
  const before = useKeys('diff.before', 'Shift+F7');
  const last = useRef(now);
  last.current = now;

  const go = (n: number) => {
    const item = last.current.items[n];
    if (!item) return;
    useDiffing.setState(({ now: d }) => (d ? { now: { ...d, at: n } } : {}));
    showItem(last.current, item);
  };
  const step = (by: 1 | -1) => {
    const { items, at } = last.current;
    const n = Math.min(items.length, MOST);
    if (n) go(at < 0 ? (by > 0 ? 0 : n - 1) : (at + by + n) % n);
  };
  useEffect(() => startMarks((item) => nameOf(item, telling)), [telling]);
  useEffect(() => {
    holdSteps(step);
    return () => holdSteps(undefined);
  }, []);
  useEscape(close);
  const name = now.other.name(all);
  return (
    <section className="diff" aria-label={words.title(name)}>
      <header>
        <h2>{words.title(name)}</h2>
        <button className="icon" aria-label={words.leave} title={`${words.leave} (Esc)`} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <p className="says" role="status">
        {now.state === 'asking' ? words.asking : now.state === 'failed' ? '' : now.items.length ? countsOf(now.items, words) : words.same}
        {now.at >= 0 && ` · ${words.position(now.at + 1, now.items.length)}`}
      </p>
      {now.items.length > 0 && (
        <p className="steps">
          <button className="plain" title={withKeys(words.before, before)} onClick={() => step(-1)}>
            <Icon name="up" /> {words.before}
          </button>
          <button className="plain" title={withKeys(words.next, next)} onClick={() => step(1)}>
            <Icon name="down" /> {words.next}
          </button>
        </p>
      )}
      <Found now={now} telling={telling} go={go} />
      <Hint telling={telling} />
    </section>
  );
}

/** Beside the graph of the document that is compared; while another tab is on the screen it is out of sight. */
export function Panel({ close }: { close: () => void }) {
  const now = useDiffing((s) => s.now);
  const active = useActive()?.doc;
  const graph = useView(active?.uid) === 'graph';
  const stage = document.querySelector('.stage');
  if (!now || !stage || active !== now.doc || !graph) return null;
  return createPortal(<Open now={now} close={close} />, stage);
}
