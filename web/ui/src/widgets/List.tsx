// The list that opens below a field, above everything else: a line to filter by, and what there is to choose.
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type CSSProperties } from 'react';
import { Icon } from '../app/Icon.tsx';
import type { Json } from '../doc/json.ts';
import { useWords } from '../i18n/words.ts';
import { useRoom } from '../i18n/room.ts';
import { lists } from '../i18n/words/lists.ts';
import { models as room } from '../i18n/words/models.ts';
import { useDefs } from '../defs/defs.ts';
import { browseModels } from '../models/browse.ts';
import { folderOfWidget } from '../models/folders.ts';
import { refreshModels, useModels, type Model } from '../models/list.ts';
import { Picture } from '../models/Picture.tsx';
import { badgeOf } from '../models/shown.ts';
import { bytes } from '../i18n/format.ts';
import type { Field } from './field.ts';
import { isChoice, rowsFor, type Choice, type Row } from './rows.ts';

interface Props {
  id: string; // of the listbox
  anchor: Element;
  label: string;
  values: readonly Json[];
  recent: readonly string[];
  chosen: readonly Json[];
  many?: boolean; // picking does not close it
  waiting?: boolean; // for what the server has elsewhere
  typed?: string; // before it was there; Enter is a line's end
  field?: Field; // of models: the last row leads to all that is known of them
  pick: (value: Json) => void;
  /** `by` is what closed it: the focus goes on by Tab, back by Escape, and elsewhere by a click. */
  close: (by: 'escape' | 'pick' | 'tab' | 'tab-back' | 'outside') => void;
}

const GAP = 4;
const HIGHEST = 380;
const LEAST_WIDTH = 240;

/** Below the field, or above it where there is more room. */
function placeBeside(anchor: Element): CSSProperties {
  const at = (anchor.closest('.widget') ?? anchor).getBoundingClientRect();
  const [below, above] = [innerHeight - at.bottom - 2 * GAP, at.top - 2 * GAP];
  const under = below >= Math.min(HIGHEST, 240) || below >= above;
  const width = Math.min(Math.max(at.width, LEAST_WIDTH), innerWidth - 2 * GAP);
  return {
    left: Math.max(GAP, Math.min(at.left, innerWidth - width - GAP)),
    width,
    maxHeight: Math.max(120, Math.min(HIGHEST, under ? below : above)),
    ...(under ? { top: at.bottom + GAP } : { bottom: innerHeight - at.top + GAP }),
  };
}

function Rows({ rows, id, active, chosen, many, onPick, onPoint }: {
  rows: readonly Row[];
  id: string;
  active: number;
  chosen: readonly Json[];
  many: boolean;
  onPick: (row: Choice) => void;
  onPoint: (at: number) => void;
}) {
  const words = useWords().widgets;
  return rows.map((row, i) =>
    isChoice(row) ? (
      <li
        key={i}
        id={`${id}-${i}`}
        role="option"
        aria-selected={many ? chosen.some((c) => Object.is(c, row.value)) : i === active}
        data-active={i === active}
        data-chosen={chosen.some((c) => Object.is(c, row.value))}
        title={row.text}
        onPointerMove={() => i !== active && onPoint(i)}
        onClick={() => onPick(row)}
      >
        <span className="tick">{chosen.some((c) => Object.is(c, row.value)) && <Icon name="check" />}</span>
        <span className="text">{row.shown}</span>
      </li>
    ) : (
      <li key={i} role="presentation" className={row.kind}>
        {row.kind === 'recent' ? words.recent : row.kind === 'more' ? words.more(row.count) : row.text}
      </li>
    ),
  );
}

/** The kind of models that a field takes. */
function useKind(field: Field | undefined): string | undefined {
  const defs = useDefs((s) => s.defs);
  return field && !field.fixed ? folderOfWidget(field.node, field.shape, defs) : undefined;
}

/** The browser of a kind of models: the row behind the last one. */
function useBrowse(field: Field | undefined, kind: string | undefined) {
  const words = useRoom(room);
  if (!kind || !field) return undefined;
  return { label: words.browse(words.kinds[kind] ?? kind), run: () => browseModels(kind, typeof field.value === 'string' ? field.value : undefined) };
}

/** The file of models at hand, where it has a picture. */
function useSeen(kind: string | undefined, name: Json | undefined): Model | undefined {
  const known = useModels((s) => (kind === undefined ? undefined : s.lists[kind]?.models));
  useEffect(() => {
    if (kind !== undefined && !known) void refreshModels(kind);
  }, [kind]);
  return known?.find((m) => m.name === name && m.preview);
}

const SEEN = 184; // pixels that it is wide, with its gap

/** What a model looks like: beside the list, or within it where there is no room. */
function Seen({ model, left, width }: { model: Model; left: number; width: number }) {
  const room = innerWidth - left - width >= SEEN ? left + width + GAP : left >= SEEN ? left - SEEN + GAP : undefined;
  return (
    <div className="seen-model" aria-hidden="true" data-within={room === undefined} style={room === undefined ? {} : { left: room }}>
      <Picture model={model} side={320} key={model.name} />
      <span>{[model.title, badgeOf(model), bytes(model.bytes)].filter(Boolean).join(' · ')}</span>
    </div>
  );
}

/** The next choice that way; headings are passed over. `last`: there is a row behind them. */
function moved(rows: readonly Row[], from: number, by: number, last: boolean): number {
  for (let at = from + by; at >= 0 && at < rows.length; at += by) if (isChoice(rows[at])) return at;
  return last && by > 0 ? rows.length : from;
}

const firstOf = (rows: readonly Row[]) => Math.max(0, rows.findIndex(isChoice));

export function List({ id, anchor, label, values, recent, chosen, many = false, waiting = false, typed = '', field, pick, close }: Props) {
  const kind = useKind(field);
  const browse = useBrowse(field, kind);
  const words = useWords().widgets;
  const said = useRoom(lists);
  const stale = useDefs((s) => s.state === 'stale') && values.length > 0;
  const box = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState(typed.split('\n')[0] ?? '');
  const [place] = useState(() => placeBeside(anchor));
  const rows = rowsFor(values, recent, query);
  const [active, setActive] = useState(() => {
    const at = rows.findLastIndex((r) => isChoice(r) && Object.is(r.value, chosen[0]));
    return at >= 0 && typed === '' ? at : firstOf(rows);
  });

  const at = rows[active];
  const seen = useSeen(kind, isChoice(at) ? at.value : undefined);

  useLayoutEffect(() => {
    const it = box.current;
    it?.showPopover();
    it?.querySelector('input')?.focus({ preventScroll: true });
    if (typed.includes('\n')) enter();
    const wheel = (e: WheelEvent) => it && !it.contains(e.target as Node) && close('outside');
    addEventListener('wheel', wheel, { capture: true, passive: true });
    return () => removeEventListener('wheel', wheel, { capture: true });
  }, []);
  useLayoutEffect(() => {
    box.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active, query]);

  const more = () => {
    close('outside');
    browse?.run();
  };
  const go = (from: number, by: number) => moved(rows, from, by, browse !== undefined);
  const take = (row: Row | undefined) => {
    if (!isChoice(row)) return;
    pick(row.value);
    if (!many) close('pick');
  };
  const enter = () => (browse && active === rows.length ? more() : take(rows[active]));
  const keys = (e: KeyboardEvent) => {
    if (e.ctrlKey || e.metaKey) return;
    e.stopPropagation();
    if (e.nativeEvent.isComposing || e.key === 'Process') return;
    const steps: Record<string, () => void> = {
      ArrowDown: () => setActive(go(active, 1)),
      ArrowUp: () => setActive(go(active, -1)),
      PageDown: () => setActive(Array.from({ length: 10 }).reduce((at: number) => go(at, 1), active)),
      PageUp: () => setActive(Array.from({ length: 10 }).reduce((at: number) => go(at, -1), active)),
      Enter: enter,
      Escape: () => close('escape'),
      Tab: () => close(e.shiftKey ? 'tab-back' : 'tab'),
    };
    const step = steps[e.key];
    if (!step) return;
    e.preventDefault();
    step();
  };
  return (
    <div
      ref={box}
      popover="manual"
      className="choices nodrag nowheel nopan"
      style={place}
      onKeyDown={keys}
      onPointerDown={(e) => e.stopPropagation()}
      onClick={(e) => e.stopPropagation()}
      onDoubleClick={(e) => e.stopPropagation()}
      onContextMenu={(e) => e.stopPropagation()}
      onBlur={(e) => !e.currentTarget.contains(e.relatedTarget) && close('outside')}
    >
      <input
        role="combobox"
        aria-label={words.filter(label)}
        defaultValue={query}
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={isChoice(rows[active]) || (browse && active === rows.length) ? `${id}-${active}` : undefined}
        placeholder={words.filterHint}
        spellCheck={false}
        autoComplete="off"
        onInput={(e) => {
          setQuery(e.currentTarget.value);
          setActive(firstOf(rowsFor(values, recent, e.currentTarget.value)));
        }}
      />
      {stale && <p className="stale">{said.stale}</p>}
      <ul
        id={id}
        role="listbox"
        aria-label={label}
        aria-multiselectable={many || undefined}
        hidden={!rows.some(isChoice) && !browse}
        onMouseDown={(e) => e.preventDefault()}
      >
        <Rows rows={rows} id={id} active={active} chosen={chosen} many={many} onPick={take} onPoint={setActive} />
        {browse && <li role="presentation" className="heading" />}
        {browse && (
          <li id={`${id}-${rows.length}`} role="option" className="browse" aria-selected={active === rows.length} data-active={active === rows.length}
              onPointerMove={() => active !== rows.length && setActive(rows.length)} onClick={more}>
            <span className="tick"><Icon name="box" /></span>
            <span className="text">{browse.label}</span>
          </li>
        )}
      </ul>
      {seen && <Seen model={seen} left={Number(place.left)} width={Number(place.width)} />}
      {waiting && <p className="waiting" role="status">{said.waiting}</p>}
      {!waiting && !rows.some(isChoice) && <p className="none">{values.length ? words.noMatch : words.emptyList}</p>}
    </div>
  );
}
