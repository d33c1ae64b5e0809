// Earlier saves of a workflow: when, how large, what each changed; opened beside, compared with what is open, or restored.
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Dialog } from '../app/Dialog.tsx';
import { openedAt, openText } from '../app/documents.ts';
import { nameOf as plainName } from '../app/open.ts';
import { openStored } from '../app/stored-open.ts';
import { complain, say } from '../app/toasts.ts';
import { useSettings } from '../app/settings.ts';
import { useDefs } from '../defs/defs.ts';
import { Document } from '../doc/document.ts';
import { becomeAs } from '../doc/restore.ts';
import { askDiff } from '../diff/ask.ts';
import { itemsOf, type Item } from '../diff/changes.ts';
import { countsOf, nameOf, sayChange } from '../diff/say.ts';
import { compareWithVersion } from '../diff/sources.ts';
import { bytes, ago } from '../i18n/format.ts';
import type { Words } from '../i18n/languages.ts';
import { roomWords, useRoom } from '../i18n/room.ts';
import { useWords } from '../i18n/words.ts';
import { diff } from '../i18n/words/diff.ts';
import { reasonOf } from '../net/userdata.ts';
import { listVersions, pictureOf, readVersionText, type Version } from '../net/versions.ts';
import '../style/diff.css';
import { Sketch } from './Sketch.tsx';
import { opening } from '../i18n/words/opening.ts';

const SAID = 3; // changes that are said; of more the number

const timeOf = (at: number, locale: string) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' }).format(at);

interface Read {
  text: string;
  doc: Document;
}

/** Texts that were read, for as long as the dialog is open. */
function useTexts(path: string) {
  const known = useRef(new Map<string, Promise<Read>>());
  return (id: string) => {
    const found = known.current.get(id) ?? readVersionText(path, id).then((text) => ({ text, doc: new Document(text) }));
    known.current.set(id, found);
    return found;
  };
}

type What = { is: 'looking' } | { is: 'damaged' } | { is: 'unknown'; doc: Document } | { is: 'there'; doc: Document; before?: Document; items: readonly Item[] };

/** What a save changed; looked for when its row comes into sight. */
function useWhat(version: Version, older: Version | undefined, read: (id: string) => Promise<Read>) {
  const row = useRef<HTMLLIElement>(null);
  const [what, setWhat] = useState<What>({ is: 'looking' });

  useEffect(() => {
    let alive = true;
    const show = (w: What) => alive && setWhat(w);
    const look = async () => {
      const mine = await read(version.id).catch(() => undefined);
      if (!mine) return show({ is: 'damaged' });
      const was = older && (await read(older.id).catch(() => undefined));
      if (!was) return show(older ? { is: 'unknown', doc: mine.doc } : { is: 'there', doc: mine.doc, items: [] });
      try {
        const { changes } = await askDiff(was.text, mine.text);
        show({ is: 'there', doc: mine.doc, before: was.doc, items: itemsOf(changes) });
      } catch {
        show({ is: 'unknown', doc: mine.doc });
      }
    };
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((e) => e.isIntersecting)) return;
      seen.disconnect();
      void look();
    });
    if (row.current) seen.observe(row.current);
    return () => {
      alive = false;
      seen.disconnect();
    };
  }, [version.id]);
  return { row, what };
}

function Said({ what, first }: { what: What; first: boolean }) {
  const words = useRoom(diff);
  const said = words.versions;
  const language = useSettings((s) => s.language);
  const defs = useDefs((s) => s.defs);
  if (what.is === 'looking') return <span className="note">{said.looking}</span>;
  if (what.is === 'damaged') return <span className="fault">{said.damaged}</span>;
  if (what.is === 'unknown') return <span className="note">{said.unknown}</span>;
  if (first) return <span className="note">{said.first}</span>;
  const title = (node: string, graph: string | undefined) => {
    const found = [what.doc, what.before].map((d) => (graph === undefined ? d?.node(node) : d?.definition(graph) && d.node(node, d.definition(graph)))).find((n) => n);
    const type = String(found?.['type'] ?? '');
    return typeof found?.['title'] === 'string' && found['title'] ? found['title'] : found && (defs.get(type)?.title ?? type);
  };
  const telling = { words, language, defs, title };
  const lines = what.items.filter((i) => i.how !== 'placed').slice(0, SAID);
  return (
    <>
      <span className="note">{countsOf(what.items, words)}</span>
      <ul className="what">
        {lines.map((i) => (
          <li key={i.key}>
            {nameOf(i, telling)}: {i.changes.slice(0, SAID).map((c) => sayChange(c, telling)).join('; ')}
            {i.changes.length > SAID && ` (${said.more(i.changes.length - SAID)})`}
          </li>
        ))}
      </ul>
    </>
  );
}

interface RowProps {
  path: string;
  version: Version;
  older: Version | undefined;
  newest: boolean;
  read: (id: string) => Promise<Read>;
  close: () => void;
}

function Row({ path, version, older, newest, read, close }: RowProps) {
  const { locale } = useWords();
  const said = useRoom(diff).versions;
  const { row, what } = useWhat(version, older, read);
  const [lost, setLost] = useState(false); // its picture
  const time = (w: Words) => timeOf(version.at, w.locale);
  const name = plainName(path);
  const here = timeOf(version.at, locale);
  const gone = what.is === 'damaged';

  const open = async () => {
    const { text } = await read(version.id);
    openText(text, said.tab(name, here));
  };
  const restore = async () => {
    const { doc } = await read(version.id);
    if (!openedAt(path)) await openStored(path);
    const at = openedAt(path);
    if (!at) return;
    const done = becomeAs(at.doc, new Document(doc.toText()));
    say((w) => (done ? roomWords(diff, w).versions.restored(name, time(w)) : roomWords(diff, w).versions.same(name)));
  };
  const then = (act: () => Promise<unknown>) => () => {
    close();
    act().catch((e: unknown) => complain((w) => roomWords(opening, w).unreachable(name, reasonOf(e))));
  };
  return (
    <li ref={row}>
      {version.picture !== undefined && !lost ? <img className="sketch" src={pictureOf(path, version)} alt="" loading="lazy" decoding="async" onError={() => setLost(true)} />
        : 'doc' in what ? <Sketch doc={what.doc} label={said.sketch(what.doc.nodes().length)} /> : <span className="sketch" aria-hidden="true" />}
      <div>
        <div>
          <time className="when" dateTime={new Date(version.at).toISOString()}>{here}</time>{' '}
          <span className="note">
            {ago(version.at, locale)} · {bytes(version.size)}
            {newest && ` · ${said.now}`}
          </span>
        </div>
        <Said what={what} first={!older} />
      </div>
      <div className="deeds">
        <button className="plain" disabled={gone} aria-label={said.openLabel(here)} onClick={then(open)}>
          {said.open}
        </button>
        <button className="plain" disabled={gone} aria-label={said.compareLabel(here)} onClick={then(() => compareWithVersion(path, version.id, time))}>
          {said.compare}
        </button>
        <button className="plain" disabled={gone} aria-label={said.restoreLabel(here)} onClick={then(restore)}>
          {said.restore}
        </button>
      </div>
    </li>
  );
}

/** Up and down: the same button of the next row. */
function rowKeys(e: KeyboardEvent<HTMLUListElement>) {
  if (e.key !== 'ArrowDown' && e.key !== 'ArrowUp') return;
  const row = (e.target as Element).closest('li');
  const at = [...(row?.querySelectorAll('button') ?? [])].indexOf(e.target as HTMLButtonElement);
  const next = e.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling;
  next?.querySelectorAll('button')[at]?.focus();
  e.preventDefault();
}

export function Versions({ path, close }: { path: string; close: () => void }) {
  const words = useRoom(diff);
  const said = words.versions;
  const [all, setAll] = useState<readonly Version[]>();
  const [fault, setFault] = useState('');
  const read = useTexts(path);

  const look = () => {
    setFault('');
    listVersions(path).then(setAll, (e: unknown) => setFault(reasonOf(e)));
  };
  useEffect(look, [path]);
  return (
    <Dialog title={said.title(plainName(path))} kind="wide" close={close}>
      {fault && (
        <p className="fault" role="alert">
          {said.failed(fault)} <button className="text" onClick={look}>{words.again}</button>
        </p>
      )}
      {!all && !fault && <div className="ghosts" aria-hidden="true"><i /><i /><i /></div>}
      {all && <p>{all.length ? said.text : said.empty}</p>}
      {all && all.length > 0 && (
        <ul className="versions" onKeyDown={rowKeys}>
          {all.map((v, i) => (
            <Row key={v.id} path={path} version={v} older={all[i + 1]} newest={i === 0} read={read} close={close} />
          ))}
        </ul>
      )}
    </Dialog>
  );
}
