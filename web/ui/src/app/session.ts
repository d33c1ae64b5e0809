// The tabs of this page: kept as they change, and there again when the page is loaded anew.
import { Document } from '../doc/document.ts';
import { openDocument, show, useDocuments, activate, type Opened } from './documents.ts';
import { disown, dropEntry, keepEntry, own, readEntry, type Entry } from './journal.ts';

const TABS = 'limn.tabs';
const textKey = (uid: string) => `limn.text.${uid}`;
const DEAR_MS = 8; // a document that takes longer to write is written when there is a pause
const PAUSE_MS = 400;
const OWNER_GOES_MS = 100; // the page that was here before may still be leaving
const TRIES = 10;

type Seen = Pick<Opened, 'name' | 'file' | 'origin' | 'path' | 'cameras'>;
interface Tab extends Seen {
  uid: string;
}

// ------------------------------------------------------------------ keeping

interface Watch {
  end: () => void;
  timer?: ReturnType<typeof setTimeout> | undefined;
  dear: boolean;
}
const watched = new Map<string, Watch>();

function entryOf(at: Opened): Entry {
  const { doc, name, file, origin } = at;
  return {
    uid: doc.uid, name, text: doc.toText(), at: Date.now(), nodes: doc.graphs().reduce((n, g) => n + doc.nodes(g).length, 0),
    ...(file ? { file } : {}), ...(origin === undefined ? {} : { origin }), ...(doc.dirtySince === undefined ? {} : { dirtySince: doc.dirtySince }),
  };
}

const openedAs = (uid: string) => useDocuments.getState().opened.find((o) => o.doc.uid === uid);

function keep(uid: string) {
  const watch = watched.get(uid);
  const at = openedAs(uid);
  if (!watch || !at) return;
  watch.timer = undefined;
  const begun = performance.now();
  const entry = entryOf(at);
  watch.dear = performance.now() - begun > DEAR_MS;
  void keepEntry(entry);
}

function soon(uid: string) {
  const watch = watched.get(uid);
  if (!watch) return;
  if (watch.dear) clearTimeout(watch.timer);
  else if (watch.timer !== undefined) return;
  watch.timer = setTimeout(keep, watch.dear ? PAUSE_MS : 0, uid);
}

function keepTabs() {
  const { opened, active } = useDocuments.getState();
  const tabs: Tab[] = opened.map(({ doc, name, file, origin, path, cameras }) => ({
    uid: doc.uid, name, path: path.map((p) => (typeof p === 'bigint' ? String(p) : p)), cameras,
    ...(file ? { file } : {}), ...(origin === undefined ? {} : { origin }),
  }));
  try {
    sessionStorage.setItem(TABS, JSON.stringify({ tabs, active }));
  } catch {
    // A browser that keeps nothing.
  }
}

function watchAll(opened: readonly Opened[], before: readonly Opened[]) {
  for (const at of opened) {
    const { uid } = at.doc;
    if (!watched.has(uid)) {
      watched.set(uid, { end: at.doc.subscribe('*', () => soon(uid)), dear: false });
      void own(uid);
      soon(uid);
    } else if (!before.some((b) => b.doc === at.doc && b.file === at.file && b.name === at.name)) soon(uid);
  }
  for (const [uid, watch] of watched)
    if (!opened.some((o) => o.doc.uid === uid)) {
      clearTimeout(watch.timer);
      watch.end();
      watched.delete(uid);
      void dropEntry(uid);
      disown(uid);
    }
}

/** The page goes: what was about to be written is put where it is written at once. */
function leave() {
  keepTabs();
  for (const [uid, watch] of watched) {
    const at = watch.timer === undefined ? undefined : openedAs(uid);
    if (!at) continue;
    try {
      sessionStorage.setItem(textKey(uid), JSON.stringify(entryOf(at)));
    } catch {
      keep(uid); // too large for that
    }
  }
}

let tabsTimer: ReturnType<typeof setTimeout> | undefined;

export function startKeeping() {
  watchAll(useDocuments.getState().opened, []);
  keepTabs();
  useDocuments.subscribe((now, before) => {
    if (now.opened !== before.opened) watchAll(now.opened, before.opened);
    clearTimeout(tabsTimer);
    tabsTimer = setTimeout(keepTabs, 200);
  });
  addEventListener('pagehide', leave);
}

// ------------------------------------------------------------------ having it back

async function ownPatiently(uid: string): Promise<boolean> {
  for (let i = 0; i < TRIES; i++) {
    if (await own(uid)) return true;
    await new Promise((resolve) => setTimeout(resolve, OWNER_GOES_MS));
  }
  return false;
}

/** As it was; a copy, where another tab has it open (this one was made from that). */
export function reopen(entry: Entry, seen: Partial<Seen> = {}, copy = false): Opened {
  const doc = new Document(entry.text, copy ? undefined : entry.uid);
  if (entry.dirtySince !== undefined) doc.unsaved(entry.dirtySince);
  const at = openDocument(doc, entry.name, {
    ...(entry.file ? { file: entry.file } : {}),
    ...(entry.origin === undefined ? {} : { origin: entry.origin }),
  });
  const { path, cameras } = seen;
  show(doc.uid, { ...(path ? { path } : {}), ...(cameras ? { cameras } : {}) });
  return at;
}

function lastWords(uid: string): Entry | undefined {
  const text = sessionStorage.getItem(textKey(uid));
  sessionStorage.removeItem(textKey(uid));
  return text ? (JSON.parse(text) as Entry) : undefined;
}

/** The tabs that this page had when it was loaded before; true when there is one. */
export async function restore(): Promise<boolean> {
  try {
    const { tabs, active } = JSON.parse(sessionStorage.getItem(TABS) ?? '{}') as { tabs?: Tab[]; active?: string };
    for (const tab of tabs ?? []) {
      const entry = lastWords(tab.uid) ?? (await readEntry(tab.uid));
      if (!entry) continue;
      const mine = await ownPatiently(tab.uid);
      const at = reopen(entry, tab, !mine);
      if (tab.uid === active && !mine) activate(at.doc.uid);
    }
    if (active !== undefined && openedAs(active)) activate(active);
  } catch (e) {
    console.warn(e);
  }
  return useDocuments.getState().opened.length > 0;
}
