// The workflows that the server keeps, by folders: found, opened, renamed, removed.
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useActive } from '../app/documents.ts';
import { Icon } from '../app/Icon.tsx';
import { useKeptFocus } from '../app/kept-focus.ts';
import { match } from '../app/match.ts';
import { Menu } from '../app/Menu.tsx';
import { openStored } from '../app/stored-open.ts';
import { showVersions } from '../dialogs/show.ts';
import { removeStored, renameStored } from '../app/stored-change.ts';
import { refreshStored, useStored } from '../app/stored.ts';
import { ago } from '../i18n/format.ts';
import { useDialogWords } from '../i18n/dialogs.ts';
import { useWords } from '../i18n/words.ts';
import { viewOf } from '../net/files.ts';
import { useJobs } from '../net/jobs.ts';
import { refreshNewest, useNewest } from '../net/newest.ts';
import { FOLDER, type Stored } from '../net/userdata.ts';
import '../style/panels.css';

const shortOf = (path: string) => path.slice(FOLDER.length + 1).replace(/\.json$/i, '');
const folderOf = (path: string) => shortOf(path).replace(/\/?[^/]*$/, '');

function Row({ file, chosen }: { file: Stored; chosen: boolean }) {
  const words = useWords();
  const said = useDialogWords().stored;
  const [at, setAt] = useState<{ x: number; y: number }>();
  const name = shortOf(file.path).replace(/^.*\//, '');
  const picture = useNewest((s) => s.pictures.get(shortOf(file.path)));
  const key = (e: KeyboardEvent) => {
    if (e.key === 'F2') void renameStored(file.path);
    else if (e.key === 'Delete') void removeStored(file.path);
    else return;
    e.preventDefault();
  };
  const items = [
    { label: said.open, run: () => void openStored(file.path) },
    { label: words.app.commands.versions, run: () => showVersions(file.path) },
    { label: said.rename, hint: 'F2', run: () => void renameStored(file.path) },
    { label: said.remove, hint: 'Delete', line: true, run: () => void removeStored(file.path) },
  ];
  return (
    <li
      className="row"
      data-chosen={chosen}
      onContextMenu={(e) => {
        e.preventDefault();
        setAt({ x: e.clientX, y: e.clientY });
      }}
    >
      <button className="open" aria-current={chosen || undefined} title={file.path} onClick={() => void openStored(file.path)} onKeyDown={key}>
        <span className="face">{picture ? <img src={viewOf(picture, 64)} alt="" loading="lazy" decoding="async" /> : <Icon name="file" />}</span>
        <span className="label">{name}</span>
        <span className="note">{ago(file.modified, words.locale)}</span>
      </button>
      <button
        className="icon"
        aria-label={said.more(name)}
        aria-haspopup="menu"
        title={said.more(name)}
        onClick={(e) => {
          const box = e.currentTarget.getBoundingClientRect();
          setAt({ x: box.left, y: box.bottom });
        }}
      >
        <Icon name="more" />
      </button>
      {at && <Menu label={name} at={at} items={items} close={() => setAt(undefined)} />}
    </li>
  );
}

function Folder({ name, files, open }: { name: string; files: readonly Stored[]; open: string | undefined }) {
  const rows = files.map((f) => <Row key={f.path} file={f} chosen={f.path === open} />);
  if (name === '') return <ul>{rows}</ul>;
  return (
    <details open>
      <summary>
        <Icon name="chevron" />
        <Icon name="folder" />
        <span className="label">{name}</span>
        <span className="note">{files.length}</span>
      </summary>
      <ul>{rows}</ul>
    </details>
  );
}

/** Those that answer to the search, folder by folder; what is in none comes first. */
function foldersOf(files: readonly Stored[], query: string): [string, Stored[]][] {
  const found = files.filter((f) => match(query, shortOf(f.path)) > 0);
  const folders = Map.groupBy(found, (f) => folderOf(f.path));
  return [...folders].sort(([a], [b]) => (a === '' ? -1 : b === '' ? 1 : a.localeCompare(b)));
}

/** Up and down: the next row or folder. */
function listKeys(e: KeyboardEvent<HTMLElement>) {
  const all = [...e.currentTarget.querySelectorAll<HTMLElement>('.open, summary')].filter((r) => r.checkVisibility());
  const at = all.findIndex((r) => r === document.activeElement || r.parentElement === document.activeElement?.closest('.row'));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
  if (to === undefined || !all[to] || e.target instanceof HTMLElement && e.target.closest('[role="menu"]')) return;
  all[to].focus();
  e.preventDefault();
}

export function Workflows() {
  const words = useDialogWords().stored;
  const { files, fault } = useStored();
  const open = useActive()?.file?.path;
  const [query, setQuery] = useState('');
  const list = useRef<HTMLDivElement>(null);

  const ended = useJobs((s) => s.history[0]?.id);

  useKeptFocus(list, '.row', '.stored .search');
  useEffect(() => void refreshStored(), []);
  useEffect(() => void refreshNewest(), [ended]);
  const folders = foldersOf(files ?? [], query);
  return (
    <div className="stored">
      <input className="search" role="searchbox" value={query} placeholder={words.search} aria-label={words.search} onChange={(e) => setQuery(e.target.value)} />
      {fault && (
        <p className="fault" role="alert">
          {words.unknown(fault)} <button className="text" onClick={() => void refreshStored()}>{words.again}</button>
        </p>
      )}
      <div className="list" ref={list} onKeyDown={listKeys}>
        {!files && !fault && <div className="ghosts" aria-hidden="true"><i /><i /><i /></div>}
        {folders.map(([name, list]) => (
          <Folder key={`${name}${query && '?'}`} name={name} files={list} open={open} />
        ))}
        {files && !folders.length && <p className="nothing">{files.length ? words.none : words.empty}</p>}
      </div>
    </div>
  );
}
