// Pictures as tiles: thousands of them, of which those in sight are on the page. One stop of the Tab key; arrows go through them.
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type RefObject } from 'react';
import { Icon } from '../app/Icon.tsx';
import { useKeptFocus } from '../app/kept-focus.ts';
import { useSight } from '../app/sight.ts';
import { useRoom } from '../i18n/room.ts';
import { gallery } from '../i18n/words/gallery.ts';
import { keyOf, mediaOf, nameOf, viewOf, type OutputFile } from '../net/files.ts';
import { useTries } from '../net/tries.ts';
import { GAP, gridOf, rowsIn, stepOf } from './rows.ts';
import '../style/gallery.css';

const NAMES = ['A', 'B'];
const NEAR_END = 600; // pixels

export interface Press {
  also: boolean; // beside what is chosen
  upTo: boolean; // with all from where the last press was
}
const pressOf = (e: MouseEvent | KeyboardEvent): Press => ({ also: e.ctrlKey || e.metaKey || (e.shiftKey && 'key' in e), upTo: e.shiftKey && !('key' in e) });

interface TileProps {
  file: OutputFile;
  box: { x: number; y: number; side: number };
  place: number; // among the chosen; -1: it is not
  marked: boolean; // with that place
  starred: boolean;
  reached: boolean; // by the Tab key
  at: number;
  count: number; // -1: not known
  onClick: (e: MouseEvent) => void;
  onDoubleClick: () => void;
}

function Tile({ file, box: { x, y, side }, place, marked, starred, reached, at, count, onClick, onDoubleClick }: TileProps) {
  const words = useRoom(gallery);
  const src = viewOf(file, side > 160 ? 512 : 256);
  const [key, bad, failed] = useTries(src);
  const name = nameOf(file);
  return (
    <div
      className="tile"
      role="option"
      aria-selected={place >= 0}
      aria-label={starred ? `${name}, ${words.starred}` : name}
      aria-posinset={at + 1}
      aria-setsize={count}
      data-at={at}
      tabIndex={reached ? 0 : -1}
      title={name}
      draggable={!bad}
      style={{ transform: `translate(${x}px, ${y}px)`, width: side, height: side }}
      onDragStart={(e) => e.dataTransfer.setData('text/uri-list', viewOf(file))}
      onClick={onClick}
      onDoubleClick={onDoubleClick}
    >
      {bad || mediaOf(file) !== 'image' ? (
        <span className="file-name">{bad ? words.broken(name) : name}</span>
      ) : (
        <img key={key} src={src} alt="" decoding="async" draggable={false} onError={failed} />
      )}
      {starred && <Icon name="star" />}
      {marked && place >= 0 && <span className="mark-of">{NAMES[place] ?? place + 1}</span>}
    </div>
  );
}

interface Props<F extends OutputFile> {
  files: readonly F[];
  headings: readonly string[]; // of each
  least: number; // pixels a tile is wide, at least
  label: string;
  scroll: RefObject<HTMLDivElement | null>; // what it is scrolled in
  otherwise: string; // what has the focus when none is left: a selector
  chosen: readonly string[]; // keys
  single?: boolean; // one at most is chosen
  stars?: ReadonlySet<string>;
  more?: (() => unknown) | undefined; // asks for those behind the last
  choose: (at: number, press: Press, from: number) => void;
  take: (at: number) => void; // Enter, a double-click
  keys?: (e: KeyboardEvent, at: number) => boolean; // those beside arrows and Enter
}

export function Pictures<F extends OutputFile>({ files, headings, least, label, scroll, otherwise, chosen, single = false, stars, more, choose, take, keys }: Props<F>) {
  const list = useRef<HTMLDivElement>(null);
  const goes = useRef(false); // the focus, to the picture that was reached
  const [reached, setReached] = useState(0);
  const { top, width, height, text } = useSight(scroll);
  const grid = useMemo(() => gridOf(headings, width, least, text), [headings, width, least, text]);
  const at = Math.max(0, Math.min(reached, files.length - 1));

  useKeptFocus(list, '.tile', otherwise);
  const close = top + height + NEAR_END > grid.height;
  useEffect(() => {
    if (close) more?.();
  }, [close, more, files]);
  useLayoutEffect(() => {
    const [box, row] = [scroll.current, grid.rows.find((r) => r.from <= at && at < r.to)];
    if (!goes.current || !box || !row) return;
    goes.current = false;
    if (row.y < box.scrollTop) box.scrollTop = row.from === 0 ? 0 : row.y;
    else if (row.y + row.height > box.scrollTop + box.clientHeight) box.scrollTop = row.y + row.height + 8 - box.clientHeight;
    list.current?.querySelector<HTMLElement>(`[data-at="${at}"]`)?.focus({ preventScroll: true });
  });
  const go = (to: number, press: Press) => {
    goes.current = true;
    setReached(to);
    choose(to, press, at);
  };
  const onKey = (e: KeyboardEvent) => {
    const rows = Math.max(1, Math.floor(height / grid.side) - 1);
    const steps: Record<string, number> = {
      ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: stepOf(grid, at, -1), ArrowDown: stepOf(grid, at, 1),
      Home: 0, End: files.length - 1, PageUp: stepOf(grid, at, -rows), PageDown: stepOf(grid, at, rows),
    };
    const to = steps[e.key];
    if (to !== undefined && !e.altKey) go(Math.max(0, Math.min(files.length - 1, to)), pressOf(e));
    else if (e.key === 'Enter') take(at);
    else if (!keys?.(e, at)) return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div className="tiles" role="listbox" aria-multiselectable={!single} aria-label={label} ref={list} style={{ height: grid.height }} onKeyDown={onKey}>
      {rowsIn(grid, top, height, at).flatMap((row) =>
        row.heading !== undefined
          ? [
              <div key={`${row.from} ${row.heading}`} role="presentation" className="tiles-of" style={{ transform: `translateY(${row.y}px)`, height: row.height }}>
                {row.heading}
              </div>,
            ]
          : files.slice(row.from, row.to).map((file, i) => (
              <Tile
                key={keyOf(file)}
                file={file}
                box={{ x: i * (grid.side + GAP), y: row.y, side: grid.side }}
                place={chosen.indexOf(keyOf(file))}
                marked={!single}
                starred={stars?.has(keyOf(file)) === true}
                reached={row.from + i === at}
                at={row.from + i}
                count={more ? -1 : files.length}
                onClick={(e) => go(row.from + i, pressOf(e))}
                onDoubleClick={() => take(row.from + i)}
              />
            )),
      )}
    </div>
  );
}
