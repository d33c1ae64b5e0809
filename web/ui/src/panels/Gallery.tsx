// The pictures that came out: looked for, in an order and a folder, chosen by pointer and keys, and used.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Icon } from '../app/Icon.tsx';
import { useSettings } from '../app/settings.ts';
import { trash } from '../gallery/actions.ts';
import { Chosen } from '../gallery/Chosen.tsx';
import { chooseNone, choosePicture, chooseUpTo, fetchStars, keepChosen, setOrder, setSize, SIZES, toggleStars, useGallery, type Size } from '../gallery/gallery.ts';
import { Pictures } from '../gallery/Pictures.tsx';
import { dayNames } from '../gallery/rows.ts';
import { Search } from '../gallery/Search.tsx';
import { keyOf } from '../net/files.ts';
import { useJobs } from '../net/jobs.ts';
import { askFolders, olderOutputs, ORDERS, refreshOutputs, seekOutputs, useOutputs, type Folder, type Order, type Output } from '../net/outputs.ts';
import { useServer } from '../net/server.ts';
import { attempt } from '../run/actions.ts';
import { view } from '../run/viewer.ts';
import '../style/gallery.css';
import { useRoom } from '../i18n/room.ts';
import { gallery } from '../i18n/words/gallery.ts';

/** "output / portraits / night" */
const pathOf = (name: string) => ['output', ...name.split('/').filter(Boolean)].join(' / ');

/** The folders there are; asked for again when something was made. */
function useFolders(): readonly Folder[] {
  const [folders, setFolders] = useState<readonly Folder[]>([]);
  const files = useOutputs((s) => s.files);
  useEffect(() => {
    let gone = false;
    askFolders().then((all) => !gone && setFolders(all), console.warn);
    return () => void (gone = true);
  }, [files]);
  return folders;
}

function Filters() {
  const words = useRoom(gallery);
  const { order, folder, starred } = useOutputs();
  const size = useGallery((s) => s.size);
  const folders = useFolders();
  const known = folders.some((f) => f.name === folder) ? folders : [...folders, { name: folder, count: 0 }];
  return (
    <>
      <div className="filters">
        <Search sought={useOutputs.getState().sought} seek={(sought) => void seekOutputs({ sought })} />
        <button className="icon" aria-pressed={starred} aria-label={words.onlyStars} title={words.onlyStars} onClick={() => void seekOutputs({ starred: !starred })}>
          <Icon name="star" />
        </button>
      </div>
      <div className="filters">
        <select className="wide" value={folder} aria-label={words.folder} title={pathOf(folder)} onChange={(e) => void seekOutputs({ folder: e.target.value })}>
          {known.map(({ name, count }) => (
            <option key={name} value={name}>
              {pathOf(name)}{folders.length > 0 && ` (${count})`}
            </option>
          ))}
        </select>
      </div>
      <div className="filters">
        <select className="wide" value={order} aria-label={words.order} onChange={(e) => setOrder(e.target.value as Order)}>
          {ORDERS.map((o) => (
            <option key={o} value={o}>
              {words.orders[o]}
            </option>
          ))}
        </select>
        <select value={size} aria-label={words.size} onChange={(e) => setSize(e.target.value as Size)}>
          {(Object.keys(SIZES) as Size[]).map((s) => (
            <option key={s} value={s}>
              {words.sizes[s]}
            </option>
          ))}
        </select>
      </div>
    </>
  );
}

function Nothing() {
  const words = useRoom(gallery);
  const { state, sought, starred, why, reading } = useOutputs();
  if (state === 'failed')
    return (
      <p className="nothing">
        {words.failed}
        <span>{why}</span>
        <button className="plain" onClick={() => void seekOutputs()}>
          {words.again}
        </button>
      </p>
    );
  if (state === 'asking' || state === 'unknown') return <div className="ghost-tiles" aria-label={words.loading} role="status">{[0, 1, 2, 3].map((i) => <span key={i} />)}</div>;
  if (reading) return <p className="nothing" role="status">{words.reading}</p>;
  return <p className="nothing">{sought ? words.notFound(sought) : starred ? words.noStars : words.empty}</p>;
}

/** What stands above them: days, or folders. */
function useHeadings(files: readonly Output[], order: Order): string[] {
  const locale = useSettings((s) => s.language);
  return useMemo(() => {
    if (order === 'largest') return files.map(() => '');
    const day = dayNames(locale === 'zh' ? 'zh-CN' : 'en-GB', Date.now());
    return files.map(order === 'name' ? (f) => pathOf(f.subfolder) : (f) => day(f.at));
  }, [files, order, locale]);
}

export function GalleryBody() {
  const words = useRoom(gallery);
  const { chosen, stars, size } = useGallery();
  const { files: all, starred, order, folder, sought, next } = useOutputs();
  const changed = useJobs((s) => s.at);
  const open = useServer((s) => s.there);
  const scroll = useRef<HTMLDivElement>(null);
  const files = useMemo(() => (starred ? all.filter((f) => stars.has(keyOf(f))) : all), [all, starred, stars]);
  const headings = useHeadings(files, order);
  const older = useCallback(() => attempt(olderOutputs()), []);

  useEffect(() => {
    if (!open) return;
    fetchStars().catch(console.warn);
    refreshOutputs().catch(console.warn);
  }, [changed, open]);
  useEffect(() => void scroll.current?.scrollTo(0, 0), [order, folder, sought, starred]);
  useEffect(() => keepChosen(new Set(files.map(keyOf))), [files]);
  return (
    <div className="gallery-panel">
      <Filters />
      <div className="gallery-scroll" ref={scroll}>
        {files.length ? (
          <Pictures
            key={`${order} ${folder}`}
            files={files}
            headings={headings}
            least={SIZES[size]}
            label={words.list[order]}
            scroll={scroll}
            otherwise=".gallery-panel input"
            chosen={chosen}
            stars={stars}
            more={next === undefined ? undefined : older}
            choose={(at, { also, upTo }, from) => {
              const file = files[at];
              if (upTo) chooseUpTo(files.slice(Math.min(from, at), Math.max(from, at) + 1).map(keyOf));
              else if (file) choosePicture(keyOf(file), also);
            }}
            take={(at) => view(files, at)}
            keys={(e, at) => {
              const picked = files.filter((f) => chosen.includes(keyOf(f)));
              const file = files[at];
              const meant = picked.length ? picked : file ? [file] : [];
              if (e.key === ' ' && file) choosePicture(keyOf(file), true);
              else if (e.key === 'Delete' || e.key === 'Backspace') void trash(meant);
              else if (e.key.toLowerCase() === 's' && !e.ctrlKey && !e.metaKey && !e.altKey) void attempt(toggleStars(meant));
              else if (e.key === 'Escape') chooseNone();
              else return false;
              return true;
            }}
          />
        ) : (
          <Nothing />
        )}
      </div>
      <Chosen files={files} />
    </div>
  );
}
