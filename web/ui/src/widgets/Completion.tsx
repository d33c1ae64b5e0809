// The list under the caret while "embedding:" is typed: arrow keys choose, Tab or Enter takes, Escape leaves.
import { useEffect, useId, useLayoutEffect, useRef, useState, type CSSProperties } from 'react';
import { useRoom } from '../i18n/room.ts';
import { models as room } from '../i18n/words/models.ts';
import { boxOfCaret } from './caret.ts';
import { embeddings, offersFor, tokenAt } from './embeddings.ts';
import { type } from './typing.ts';

const GAP = 4;
const MOST_HIGH = 240;
const WIDTH = 260;

/** Below the line that is written, or above it where there is more room. */
function placeUnder(line: DOMRect): CSSProperties {
  const [below, above] = [innerHeight - line.bottom - 2 * GAP, line.top - 2 * GAP];
  const under = below >= 140 || below >= above;
  return {
    left: Math.max(GAP, Math.min(line.left, innerWidth - WIDTH - GAP)),
    width: Math.min(WIDTH, innerWidth - 2 * GAP),
    maxHeight: Math.max(80, Math.min(MOST_HIGH, under ? below : above)),
    ...(under ? { top: line.bottom + GAP } : { bottom: innerHeight - line.top + GAP }),
  };
}

function useNames(): readonly string[] | undefined {
  const [names, setNames] = useState<readonly string[]>();
  useEffect(() => {
    let gone = false;
    embeddings().then((all) => gone || setNames(all), (e: unknown) => console.warn(e));
    return () => void (gone = true);
  }, []);
  return names;
}

/** The token at the caret, as it changes; undefined after Escape until another one is begun. */
function useToken(box: HTMLTextAreaElement) {
  const read = () => (box.selectionStart === box.selectionEnd ? tokenAt(box.value, box.selectionStart) : undefined);
  const [token, setToken] = useState(read);
  const left = useRef<number>(undefined);
  useEffect(() => {
    const look = () => {
      const now = document.activeElement === box ? read() : undefined;
      if (now?.from !== left.current) left.current = undefined;
      setToken(left.current === undefined ? now : undefined);
    };
    const ending = new AbortController();
    for (const what of ['input', 'click', 'keyup', 'blur', 'scroll']) box.addEventListener(what, look, { signal: ending.signal });
    look();
    return () => ending.abort();
  }, [box]);
  const leave = () => {
    left.current = token?.from;
    setToken(undefined);
  };
  return [token, leave] as const;
}

export function Completion({ box }: { box: HTMLTextAreaElement }) {
  const words = useRoom(room);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const names = useNames();
  const [token, leave] = useToken(box);
  const [active, setActive] = useState(0);
  const offers = token && names ? offersFor(names, token.typed) : [];
  const open = offers.length > 0 && !(offers.length === 1 && offers[0] === token?.typed);
  const at = Math.min(active, offers.length - 1);

  const take = (name: string | undefined) => {
    if (!token || name === undefined) return;
    type(box, token.from, token.to, name);
    leave();
  };
  useEffect(() => setActive(0), [token?.from, token?.typed]);
  useLayoutEffect(() => {
    if (!open) return;
    list.current?.showPopover();
    box.setAttribute('aria-controls', id);
    box.setAttribute('aria-haspopup', 'listbox');
    box.setAttribute('aria-autocomplete', 'list');
    return () => ['aria-controls', 'aria-haspopup', 'aria-autocomplete', 'aria-activedescendant'].forEach((a) => box.removeAttribute(a));
  }, [open, id, box]);
  useLayoutEffect(() => {
    if (open) box.setAttribute('aria-activedescendant', `${id}-${at}`);
    list.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [open, at, id, box]);
  useEffect(() => {
    if (!open) return;
    const keys = (e: KeyboardEvent) => {
      if (e.isComposing || e.ctrlKey || e.metaKey || e.altKey || e.shiftKey) return;
      const steps: Record<string, () => void> = {
        ArrowDown: () => setActive((at + 1) % offers.length),
        ArrowUp: () => setActive((at + offers.length - 1) % offers.length),
        Tab: () => take(offers[at]),
        Enter: () => take(offers[at]),
        Escape: leave,
      };
      const step = steps[e.key];
      if (!step) return;
      e.preventDefault();
      e.stopPropagation();
      step();
    };
    box.addEventListener('keydown', keys, { capture: true }); // before the field's own
    return () => box.removeEventListener('keydown', keys, { capture: true });
  });
  if (!open || !token) return null;
  return (
    <>
      <div ref={list} popover="manual" className="choices nodrag nowheel nopan" style={placeUnder(boxOfCaret(box, token.from))} onPointerDown={(e) => (e.preventDefault(), e.stopPropagation())}>
        <ul id={id} role="listbox" aria-label={words.completing}>
          {offers.map((name, i) => (
            <li key={name} id={`${id}-${i}`} role="option" aria-selected={i === at} data-active={i === at} title={name} onPointerMove={() => i !== at && setActive(i)} onClick={() => take(name)}>
              <span className="text">{name}</span>
            </li>
          ))}
        </ul>
      </div>
      <span className="unseen" role="status">{words.completed(offers.length)}</span>
    </>
  );
}
