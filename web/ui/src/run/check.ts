// Asks the server what is wrong with workflows: before each run, and soon after each edit that could matter.
import { useDocuments, type Opened } from '../app/documents.ts';
import { useDefs } from '../defs/defs.ts';
import type { Document } from '../doc/document.ts';
import { useServer } from '../net/server.ts';
import { isRefusal, postText } from '../net/http.ts';
import { changeRun, setProblems } from './run.ts';
import { readCheck, sparing, type Check } from './read-check.ts';

const QUIET_MS = 400;
const QUIETER = 20; // times as long as the last check took, for files that take long

/** Choices {a|b} are made by the server, and the picture carries those that were made. */
export const hasChoices = (text: string) => /\{[^{}"]*\|[^{}"]*\}/.test(text);

/** Throws what postText throws. */
export async function askCheck(text: string, wantsWorkflow: boolean, signal?: AbortSignal): Promise<Check> {
  const body = `{"workflow":${text}${wantsWorkflow ? ',"answer_workflow":true' : ''}}`;
  try {
    return sparing(readCheck(await postText('limn/check', body, signal)), useDefs.getState().defs);
  } catch (e) {
    if (isRefusal(e) && e.status === 400) return sparing(readCheck(e.said), useDefs.getState().defs);
    throw e;
  }
}

/** What a check found is shown. */
export function showCheck(doc: Document, check: Check) {
  changeRun(doc.uid, (run) => ({ ...run, checked: check.checked }));
  setProblems(doc.uid, 'check', doc.nodes().length ? check.problems : []);
}

// ------------------------------------------------------------------ after edits

/** What does not change how a workflow runs: where things are, and how they look. */
const LOOKS = new Set(['pos', 'size', 'color', 'bgcolor', 'flags', 'title', 'order', 'ds', 'groups', 'bounding', 'reroutes', 'linkExtensions', 'shape', 'revision']);

/** Two documents that run alike have the same text here. */
export function essenceOf(doc: Document): string {
  return JSON.stringify(doc.raw, (key, value: unknown) =>
    LOOKS.has(key) ? undefined : typeof value === 'bigint' ? `${value}n` : value);
}

interface Watched {
  doc: Document;
  end: () => void;
  timer?: ReturnType<typeof setTimeout>;
  asking?: AbortController;
  last?: string; // the essence that was checked
  took: number; // milliseconds
}

const watched = new Map<string, Watched>();

async function check(w: Watched) {
  const essence = essenceOf(w.doc);
  if (essence === w.last || !useServer.getState().there) return;
  w.asking?.abort();
  const asking = new AbortController();
  const began = performance.now();
  w.asking = asking;
  try {
    const found = await askCheck(w.doc.toText(), false, asking.signal);
    w.last = essence;
    showCheck(w.doc, found);
  } catch (e) {
    if (!asking.signal.aborted) console.warn(e);
  } finally {
    w.took = performance.now() - began;
    if (w.asking === asking) delete w.asking;
  }
}

function soon(w: Watched, after = Math.max(QUIET_MS, Math.min(5000, w.took * QUIETER))) {
  clearTimeout(w.timer);
  w.timer = setTimeout(() => {
    delete w.timer;
    if (useDocuments.getState().active === w.doc.uid) void check(w);
  }, after);
}

function watch({ doc }: Opened): Watched {
  const w: Watched = { doc, end: () => {}, took: 0 };
  w.end = doc.subscribe('*', () => soon(w));
  watched.set(doc.uid, w);
  return w;
}

function unwatch(uid: string) {
  const w = watched.get(uid);
  clearTimeout(w?.timer);
  w?.asking?.abort();
  w?.end();
  watched.delete(uid);
}

/** The document that is on the screen is looked at, and again when it comes back to it. */
function follow() {
  const { opened, active } = useDocuments.getState();
  const open = new Set(opened.map((o) => o.doc.uid));
  for (const uid of [...watched.keys()]) if (!open.has(uid)) unwatch(uid);
  const now = opened.find((o) => o.doc.uid === active);
  if (now) soon(watched.get(now.doc.uid) ?? watch(now), 0);
}

/** Models and classes may have come or gone. */
export function checkAnew() {
  for (const w of watched.values()) delete w.last;
  follow();
}

export function startChecking() {
  useDocuments.subscribe((s, before) => (s.active !== before.active || s.opened.length !== before.opened.length) && follow());
  useDefs.subscribe((s, before) => s.defs !== before.defs && before.defs.size > 0 && checkAnew());
  useServer.subscribe((s, before) => s.there && !before.there && follow());
  follow();
}
