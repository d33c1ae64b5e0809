// The pictures that came out, the newest first: looked for, chosen by pointer and keys, and used.
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { Icon } from '../app/Icon.tsx';
import { useKeptFocus } from '../app/kept-focus.ts';
import { trash } from '../gallery/actions.ts';
import { Chosen } from '../gallery/Chosen.tsx';
import { chooseNone, choosePicture, fetchStars, keepChosen, setSize, SIZES, starredOf, toggleStars, useGallery, type Size } from '../gallery/gallery.ts';
import { keyOf, mediaOf, nameOf, viewOf } from '../net/files.ts';
import { useJobs } from '../net/jobs.ts';
import { olderOutputs, refreshOutputs, seekOutputs, useOutputs, type Output } from '../net/outputs.ts';
import { useServer } from '../net/server.ts';
import { attempt } from '../run/actions.ts';
import { view } from '../run/viewer.ts';
import '../style/gallery.css';
import { useRoom } from '../i18n/room.ts';
import { gallery } from '../i18n/words/gallery.ts';

const LETTERS_MS = 250;
const NAMES = ['A', 'B'];

// ------------------------------------------------------------------ what is sought

function Search() {
  const words = useRoom(gallery);
  const [text, setText] = useState(() => useOutputs.getState().sought);
  const composing = useRef(false);

  useEffect(() => {
    if (composing.current || text === useOutputs.getState().sought) return;
    const timer = setTimeout(() => void seekOutputs(text), LETTERS_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      type="search"
      value={text}
      placeholder={words.search}
      aria-label={words.search}
      title={words.searchHint}
      onCompositionStart={() => (composing.current = true)}
      onCompositionEnd={(e) => ((composing.current = false), setText(`${e.currentTarget.value}`), void seekOutputs(e.currentTarget.value))}
      onChange={(e) => setText(e.target.value)}
    />
  );
}

function Filters() {
  const words = useRoom(gallery);
  const { onlyStars, size } = useGallery();
  return (
    <div className="filters">
      <label>
        <input type="checkbox" checked={onlyStars} onChange={(e) => useGallery.setState({ onlyStars: e.target.checked })} />
        {words.onlyStars}
      </label>
      <select value={size} aria-label={words.size} onChange={(e) => setSize(e.target.value as Size)}>
        {(Object.keys(SIZES) as Size[]).map((s) => (
          <option key={s} value={s}>
            {words.sizes[s]}
          </option>
        ))}
      </select>
    </div>
  );
}

// ------------------------------------------------------------------ the pictures

interface TileProps {
  file: Output;
  width: number;
  place: number; // among the chosen; -1: it is not
  starred: boolean;
  reached: boolean; // by the Tab key
  onClick: (e: MouseEvent) => void;
  onDoubleClick: () => void;
}

function Tile({ file, width, place, starred, reached, onClick, onDoubleClick }: TileProps) {
  const words = useRoom(gallery);
  const [bad, setBad] = useState(false);
  const ratio = file.width && file.height ? file.width / file.height : 1;
  const name = nameOf(file);
  return (
    <div
      className="tile"
      role="option"
      id={`picture ${keyOf(file)}`}
      aria-selected={place >= 0}
      aria-label={starred ? `${name}, ${words.starred}` : name}
      tabIndex={reached ? 0 : -1}
      title={name}
      draggable={!bad}
      onDragStart={(e) => e.dataTransfer.setData('text/uri-list', viewOf(file))}
      onClick={onClick}
      onDoubleClick={onDoubleClick}
    >
      {bad || mediaOf(file) !== 'image' ? (
        <span className="file-name">{bad ? words.broken(name) : name}</span>
      ) : (
        <img src={viewOf(file, width > 160 ? 512 : 256)} alt="" loading="lazy" decoding="async" draggable={false} style={{ aspectRatio: ratio }} onError={() => setBad(true)} />
      )}
      {starred && <Icon name="star" />}
      {place >= 0 && <span className="mark-of">{NAMES[place] ?? place + 1}</span>}
    </div>
  );
}

/** How many stand beside each other. */
function columnsOf(list: HTMLElement | null): number {
  return list ? getComputedStyle(list).gridTemplateColumns.split(' ').length : 1;
}

function useKeys(files: readonly Output[], at: number, go: (to: number, also: boolean) => void) {
  return (e: KeyboardEvent<HTMLElement>) => {
    const file = files[at];
    const columns = columnsOf(e.currentTarget);
    const steps: Record<string, number> = {
      ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -at, End: files.length - 1 - at, PageUp: -4 * columns, PageDown: 4 * columns,
    };
    const by = steps[e.key];
    const picked = files.filter((f) => useGallery.getState().chosen.includes(keyOf(f)));
    const meant = picked.length ? picked : file ? [file] : [];
    if (by !== undefined) go(Math.max(0, Math.min(files.length - 1, at + by)), e.shiftKey);
    else if (e.key === ' ' && file) choosePicture(keyOf(file), true);
    else if (e.key === 'Enter') view(files, at);
    else if (e.key === 'Delete' || e.key === 'Backspace') void trash(meant);
    else if (e.key.toLowerCase() === 's' && !e.ctrlKey && !e.metaKey && !e.altKey) void attempt(toggleStars(meant));
    else if (e.key === 'Escape') chooseNone();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
}

/** Asks for the next page when its end comes into sight. */
function End() {
  const ref = useRef<HTMLDivElement>(null);
  const next = useOutputs((s) => s.next);

  useEffect(() => {
    const it = ref.current;
    if (!it || next === undefined) return;
    const watch = new IntersectionObserver((seen) => seen.some((s) => s.isIntersecting) && void attempt(olderOutputs()), { rootMargin: '400px' });
    watch.observe(it);
    return () => watch.disconnect();
  }, [next]);
  return <div ref={ref} className="end" />;
}

function Pictures({ files }: { files: readonly Output[] }) {
  const words = useRoom(gallery);
  const { chosen, stars, size } = useGallery();
  const list = useRef<HTMLDivElement>(null);
  const [reached, setReached] = useState(0);
  const at = Math.min(reached, files.length - 1);
  const go = (to: number, also: boolean) => {
    const file = files[to];
    setReached(to);
    if (file) choosePicture(keyOf(file), also);
    const tile = list.current?.children[to];
    if (tile instanceof HTMLElement) tile.focus();
  };
  const keys = useKeys(files, at, go);
  useKeptFocus(list, '.tile', '.gallery-panel input');
  return (
    <div className="tiles" data-size={size} role="listbox" aria-multiselectable="true" aria-label={words.list} ref={list} onKeyDown={keys}>
      {files.map((file, i) => (
        <Tile
          key={keyOf(file)}
          file={file}
          width={SIZES[size]}
          place={chosen.indexOf(keyOf(file))}
          starred={stars.has(keyOf(file))}
          reached={i === at}
          onClick={(e) => go(i, e.ctrlKey || e.metaKey || e.shiftKey)}
          onDoubleClick={() => view(files, i)}
        />
      ))}
    </div>
  );
}

function Nothing() {
  const words = useRoom(gallery);
  const { state, sought, why, reading } = useOutputs();
  const onlyStars = useGallery((s) => s.onlyStars);
  if (state === 'failed')
    return (
      <p className="nothing">
        {words.failed}
        <span>{why}</span>
        <button className="plain" onClick={() => void seekOutputs(sought)}>
          {words.again}
        </button>
      </p>
    );
  if (state === 'asking' || state === 'unknown') return <div className="tiles" data-size="middle" aria-label={words.loading} role="status">{[0, 1, 2, 3].map((i) => <span key={i} className="tile" data-empty="true" />)}</div>;
  if (reading) return <p className="nothing" role="status">{words.reading}</p>;
  return <p className="nothing">{onlyStars ? words.noStars : sought ? words.notFound(sought) : words.empty}</p>;
}

export function GalleryBody() {
  const all = useOutputs((s) => s.files);
  const onlyStars = useGallery((s) => s.onlyStars);
  const stars = useGallery((s) => s.stars);
  const gone = useOutputs((s) => s.gone);
  const changed = useJobs((s) => s.at);
  const open = useServer((s) => s.there);
  const sought = useOutputs((s) => s.sought);
  const allStars = onlyStars && sought === '';
  const files = useMemo(() => (allStars ? starredOf(stars, all, gone) : onlyStars ? all.filter((f) => stars.has(keyOf(f))) : all), [all, allStars, onlyStars, stars, gone]);

  useEffect(() => {
    if (!open) return;
    fetchStars().catch(console.warn);
    refreshOutputs().catch(console.warn);
  }, [changed, open]);
  useEffect(() => keepChosen(new Set([...all, ...files].map(keyOf))), [all, files]);
  return (
    <div className="gallery-panel">
      <Search />
      <Filters />
      <div className="gallery-scroll">
        {files.length ? <Pictures files={files} /> : <Nothing />}
        {!allStars && <End />}
      </div>
      <Chosen files={files} />
    </div>
  );
}
