// The models that the server has: by kinds and folders, looked for, used, and dragged onto the canvas.
import { useDeferredValue, useEffect, useMemo, useRef, type KeyboardEvent } from 'react';
import { useActive } from '../app/documents.ts';
import { Icon } from '../app/Icon.tsx';
import { useScene } from '../canvas/use-scene.ts';
import { reloadDefs, useDefs } from '../defs/defs.ts';
import { clock } from '../i18n/format.ts';
import { useRoom } from '../i18n/room.ts';
import { useWords } from '../i18n/words.ts';
import { models as room } from '../i18n/words/models.ts';
import { chooseKind, useBrowsing } from '../models/browse.ts';
import { copy } from '../models/copy.ts';
import { Detail } from '../models/Detail.tsx';
import { loaderFor } from '../models/folders.ts';
import { idOf, refreshKinds, refreshModels, useModels, type Listed } from '../models/list.ts';
import { ModelList } from '../models/ModelList.tsx';
import { familiesOf, fileOf, foldersIn, folderOf, ORDERS, shownOf, type Order } from '../models/shown.ts';
import { usedNames } from '../models/use.ts';
import { useServer } from '../net/server.ts';
import '../style/model-detail.css';
import '../style/models.css';

const refresh = (kind: string) => {
  refreshKinds().catch(console.warn); // the list itself says what is wrong
  void refreshModels(kind);
};

/** Kinds that have something, or whose nodes are here; the rest apart. */
function Kinds() {
  const words = useRoom(room);
  const kinds = useModels((s) => s.kinds);
  const kind = useBrowsing((s) => s.kind);
  const defs = useDefs((s) => s.defs);
  const named = kinds.map((k) => ({ ...k, label: words.kinds[k.name] ?? k.name }));
  const near = named.filter((k) => k.count > 0 || k.name === kind || loaderFor(k.name, defs));
  const rest = named.filter((k) => !near.includes(k));
  const option = (k: (typeof named)[number]) => (
    <option key={k.name} value={k.name}>
      {k.count ? words.counted(k.label, k.count) : k.label}
    </option>
  );
  return (
    <select className="kind" value={kind} aria-label={words.kind} onChange={(e) => (chooseKind(e.target.value), void refreshModels(e.target.value))}>
      {near.length ? near.map(option) : <option value={kind}>{words.kinds[kind] ?? kind}</option>}
      {rest.length > 0 && <optgroup label={words.others}>{rest.map(option)}</optgroup>}
    </select>
  );
}

function Head() {
  const words = useRoom(room);
  const { kind, cards } = useBrowsing();
  return (
    <div className="models-head">
      <Kinds />
      <div className="look" role="group" aria-label={words.look}>
        <button className="icon" aria-pressed={!cards} aria-label={words.list} title={words.list} onClick={() => useBrowsing.setState({ cards: false })}>
          <Icon name="queue" />
        </button>
        <button className="icon" aria-pressed={cards} aria-label={words.cards} title={words.cards} onClick={() => useBrowsing.setState({ cards: true })}>
          <Icon name="templates" />
        </button>
      </div>
      <button className="icon" aria-label={words.refresh} title={words.refresh} onClick={() => (refresh(kind), void reloadDefs())}>
        <Icon name="refresh" />
      </button>
    </div>
  );
}

/** The folders here, and the way back out of one. */
function Folders({ listed }: { listed: Listed }) {
  const words = useRoom(room);
  const folder = useBrowsing((s) => s.folder);
  const here = useMemo(() => foldersIn(listed.models, folder), [listed.models, folder]);
  const open = (path: string) => useBrowsing.setState({ folder: path, chosen: undefined });
  const trail = folder === '' ? [] : folder.split('/').map((_, i, all) => all.slice(0, i + 1).join('/'));
  if (!here.length && !folder) return null;
  return (
    <div className="folders" role="group" aria-label={words.folders}>
      {trail.length > 0 && (
        <button className="chip" aria-label={words.up(words.allFolders)} onClick={() => open('')}>
          {words.allFolders}
        </button>
      )}
      {trail.map((path) => (
        <button key={path} className="chip" aria-pressed={path === folder} onClick={() => open(path === folder ? folderOf(path) : path)}>
          <Icon name="folder" />
          {fileOf(path)}
        </button>
      ))}
      {here.map((f) => (
        <button key={f.path} className="chip" onClick={() => open(f.path)}>
          <Icon name="folder" />
          {f.name}
          <span className="unseen">, {words.count(f.count)}</span>
          <span className="n" aria-hidden="true">
            {f.count}
          </span>
        </button>
      ))}
    </div>
  );
}

function Filters({ families, shown, of, unread }: { families: readonly string[]; shown: number; of: number; unread: number }) {
  const words = useRoom(room);
  const { family, order } = useBrowsing();
  return (
    <div className="filters">
      <span className="count" role="status">
        {unread > 0 ? words.reading(unread) : shown === of ? words.count(of) : words.some(shown, of)}
      </span>
      {families.length > 1 && (
        <select value={family} aria-label={words.family} onChange={(e) => useBrowsing.setState({ family: e.target.value })}>
          <option value="">{words.anyFamily}</option>
          {families.map((f) => (
            <option key={f}>{f}</option>
          ))}
        </select>
      )}
      <select value={order} aria-label={words.order} onChange={(e) => useBrowsing.setState({ order: e.target.value as Order })}>
        {ORDERS.map((o) => (
          <option key={o} value={o}>
            {words.orders[o]}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What is told instead of a list, or above an old one. */
function State({ listed, kind, n }: { listed: Listed; kind: string; n: number }) {
  const words = useRoom(room);
  const { locale } = useWords();
  const open = useServer((s) => s.link.is !== 'lost');
  const folder = listed.folders[0];
  const again = (
    <button className="plain" onClick={() => refresh(kind)}>
      {words.again}
    </button>
  );
  if (listed.state === 'failed' || !open)
    return (
      <div className="models-says" role="alert">
        {listed.state === 'failed' && <p>{words.failed}</p>}
        {listed.why && listed.state === 'failed' && <p className="why">{listed.why}</p>}
        {listed.at && <p className="why">{words.old(clock(listed.at, locale))}</p>}
        {open && again}
      </div>
    );
  if (listed.at === undefined)
    return (
      <div className="ghosts" role="status" aria-label={words.loading}>
        {[0, 1, 2, 3, 4, 5].map((i) => (
          <i key={i} />
        ))}
      </div>
    );
  if (n) return null;
  if (listed.models.length)
    return (
      <div className="models-says">
        <p>{words.none}</p>
        <button className="plain" onClick={() => useBrowsing.setState({ query: '', folder: '', family: '' })}>
          {words.clear}
        </button>
      </div>
    );
  return (
    <div className="models-says">
      <Icon name="folder" />
      <p>
        <strong>{words.empty(words.kinds[kind] ?? kind)}</strong>
      </p>
      {folder && (
        <>
          <p>{words.emptyText}</p>
          <p className="where">
            <code>{folder}</code>
            <button className="icon" aria-label={words.copyFolder} title={words.copyFolder} onClick={() => void copy(folder)}>
              <Icon name="copy" />
            </button>
          </p>
        </>
      )}
    </div>
  );
}

const NOWHERE = [] as const;
const UNKNOWN: Listed = { models: [], folders: [], unread: 0, state: 'asking' };

export function Models() {
  const words = useRoom(room);
  const browsing = useBrowsing();
  const { kind, folder, family, order, chosen, cards, take } = browsing;
  const query = useDeferredValue(browsing.query);
  const listed = useModels((s) => s.lists[kind]) ?? UNKNOWN;
  const link = useServer((s) => s.link.is);
  const at = useActive();
  const scene = useScene(at?.doc, at?.path ?? NOWHERE);
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);

  const inFolder = useMemo(() => shownOf(listed.models, { query: '', folder, family: '', order }), [listed.models, folder, order]);
  const families = useMemo(() => familiesOf(inFolder), [inFolder]);
  const meant = families.includes(family) ? family : '';
  const shown = useMemo(() => shownOf(inFolder, { query, folder, family: meant, order }), [inFolder, query, folder, meant, order]);
  const used = useMemo(() => usedNames(kind, scene), [kind, scene]);
  const model = listed.models.find((m) => idOf(m) === chosen);

  useEffect(() => {
    if (link === 'open') refresh(kind);
  }, [link, kind]);
  useEffect(() => {
    if (!take) return;
    (list.current ?? search.current)?.focus();
    if (list.current) useBrowsing.setState({ take: false });
  }, [take, shown.length]);
  const leave = () => {
    useBrowsing.setState({ chosen: undefined });
    search.current?.focus();
  };
  const keys = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing || e.key === 'Process') return;
    if (e.key === 'ArrowDown' || e.key === 'Enter') list.current?.focus();
    else if (e.key === 'Escape' && browsing.query) useBrowsing.setState({ query: '' });
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div className="models">
      <Head />
      <input
        ref={search}
        type="search"
        value={browsing.query}
        placeholder={words.search}
        aria-label={words.search}
        spellCheck={false}
        onChange={(e) => useBrowsing.setState({ query: e.target.value, chosen: undefined })}
        onKeyDown={keys}
      />
      <Folders listed={listed} />
      {listed.models.length > 0 && <Filters families={families} shown={shown.length} of={listed.models.length} unread={listed.unread} />}
      <State listed={listed} kind={kind} n={shown.length} />
      {shown.length > 0 && (
        <ModelList
          models={shown}
          label={words.kinds[kind] ?? kind}
          chosen={chosen}
          used={used}
          cards={cards}
          old={listed.state === 'failed' || link === 'lost'}
          list={list}
          choose={(id) => useBrowsing.setState({ chosen: id })}
          leave={() => search.current?.focus()}
        />
      )}
      {model && <Detail model={model} scene={scene} leave={leave} />}
    </div>
  );
}
