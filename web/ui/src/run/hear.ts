// What the server tells of jobs, brought to the documents that sent them.
import { useDocuments } from '../app/documents.ts';
import { note } from '../app/toasts.ts';
import type { Frame } from '../net/frames.ts';
import { getJson, member, textAt, textsAt } from '../net/http.ts';
import { readSender, useJobs } from '../net/jobs.ts';
import { hear, useServer } from '../net/server.ts';
import { forgetLast } from './last.ts';
import { lastOf, remember, seedIn, senderOf } from './mine.ts';
import { makePreviews } from './previews.ts';
import { changeRun, forgetRun, runOf, setProblems, useRuns } from './run.ts';
import { carried, knowing, newTrack, shareOf, told, toldWhole, withNode, withOlder, type Prompt, type Track } from './track.ts';
import { forgetRunning, showRunning } from './running.ts';
import { learn, secondsOf } from './times.ts';

const MOST_TRACKS = 40;
const tracks = new Map<string, Track>();
const asked = new Set<string>();
const sending = new Set<string>();
const previews = makePreviews();
let running: string | undefined; // the job that was heard of last: frames without one belong to it

/** Who hears how a job of ours ended, and that one began. */
export type Ended = NonNullable<Track['over']>;
const listeners = new Set<(uid: string, job: string, how: Ended | 'start') => void>();
export function onJob(heard: (uid: string, job: string, how: Ended | 'start') => void): () => void {
  listeners.add(heard);
  return () => void listeners.delete(heard);
}

// ------------------------------------------------------------------ whose job it is

/** What another program or an earlier page sent: the server knows, once for each job. */
async function askWhose(id: string) {
  if (asked.has(id)) return;
  asked.add(id);
  try {
    const job = await getJson(`api/jobs/${encodeURIComponent(id)}`);
    const limn = member(job, 'workflow', 'extra_data', 'limn');
    const sender = readSender(limn);
    if (sender) remember(id, sender);
    know(id, member(job, 'workflow', 'prompt'), member(limn, 'outputs') ? textsAt(limn, 'outputs') : undefined);
  } catch (e) {
    asked.delete(id);
    console.warn(e);
  }
}

function know(id: string, prompt: unknown, outputs: string[] | undefined) {
  const t = tracks.get(id);
  if (t && typeof prompt === 'object' && prompt !== null) keep(t, knowing(t, prompt as Prompt, outputs));
}

/** This page sends it, and the server has not answered yet. */
export function sends(id: string, uid: string, name: string, prompt: Prompt, outputs: readonly string[]) {
  const seed = seedIn(prompt);
  remember(id, { uid, name, ...(seed === undefined ? {} : { seed }) });
  asked.add(id);
  sending.add(id);
  const t = tracks.get(id);
  if (t) keep(t, knowing(t, prompt, outputs));
  else tracks.set(id, knowing(newTrack(id), prompt, outputs));
  changeRun(uid, (run) => (run.jobs.includes(id) || t?.over ? run : { ...run, jobs: [...run.jobs, id] }));
}

/** The server has it. */
export function sent(id: string) {
  sending.delete(id);
}

/** The server did not take it. */
export function unsent(id: string, uid: string) {
  sending.delete(id);
  tracks.delete(id);
  forgetRunning(id);
  changeRun(uid, (run) => ({ ...run, jobs: run.jobs.filter((j) => j !== id) }));
}

// ------------------------------------------------------------------ what a document shows

const openUid = (id: string) => {
  const uid = senderOf(id)?.uid;
  return uid !== undefined && useDocuments.getState().opened.some((o) => o.doc.uid === uid) ? uid : undefined;
};

function publish(before: Track | undefined, t: Track, uid: string) {
  const shows = t.over === undefined && Object.keys(t.nodes).length > 0;
  changeRun(uid, (run) => {
    const { current: _current, ...rest } = run;
    const jobs = t.over ? run.jobs.filter((j) => j !== t.id) : run.jobs.includes(t.id) ? run.jobs : [...run.jobs, t.id];
    return { ...rest, jobs, nodes: t.nodes, share: shareOf(t, secondsOf), ...(shows ? { current: t.id } : {}) };
  });
  if (t.problems !== before?.problems) setProblems(uid, 'run', t.problems);
}

/** Takes the place of what was known of a job. */
function keep(before: Track | undefined, t: Track) {
  if (t === before) return;
  tracks.set(t.id, t);
  if (!before?.over) showRunning(t);
  if (t.over && !before?.over) {
    learn(t);
    previews.drop(`${t.id} `);
    for (const id of [...tracks.keys()].slice(0, Math.max(0, tracks.size - MOST_TRACKS))) if (tracks.get(id)?.over) tracks.delete(id);
  }
  const uid = openUid(t.id);
  if (uid === undefined) return;
  publish(before, t, uid);
  if (t.over && !before?.over) for (const heard of listeners) heard(uid, t.id, t.over);
}

/** What the document showed before is where a run begins. */
function begin(id: string): Track {
  const uid = openUid(id);
  const t = tracks.get(id) ?? newTrack(id);
  return uid === undefined ? t : { ...t, nodes: carried(runOf(uid).nodes) };
}

// ------------------------------------------------------------------ what is heard

const KNOWN = /^(status|feature_flags|logs|executing|executed|execution_\w+|progress\w*)$/;
const odd = new Set<string>();

/** Of another server, or a newer one: once in the log for each type. */
function unknown(type: string) {
  if (KNOWN.test(type) || odd.has(type)) return;
  odd.add(type);
  note((w) => w.run.said.unknown(type.slice(0, 80)));
}

function message(type: string, data: unknown) {
  unknown(type);

  const id = textAt(data, 'prompt_id') ?? (type === 'executing' ? running : undefined);
  if (id === undefined) return;
  if (type === 'execution_start') {
    running = id;
    keep(tracks.get(id), told(begin(id), type, data, performance.now()));
    const uid = openUid(id);
    if (uid !== undefined) for (const heard of listeners) heard(uid, id, 'start');
  } else {
    const t = tracks.get(id) ?? begin(id);
    keep(tracks.get(id), told(t, type, data, performance.now()));
  }
  if (!tracks.get(id)?.prompt) void askWhose(id);
}

function frame(f: Frame) {
  const id = (f.is === 'picture' ? f.job : undefined) ?? running;
  const t = id === undefined ? undefined : tracks.get(id);
  if (!t || t.over || openUid(t.id) === undefined) return;
  const node = f.is === 'picture' ? (f.display ?? f.node ?? t.current) : f.node;
  if (node === undefined) return;
  if (f.is === 'text') keep(t, { ...t, nodes: withNode(t.nodes, node, { text: f.text }) });
  else
    void previews.give(`${t.id} ${node}`, f.image, (preview) => {
      const now = tracks.get(t.id);
      if (now && !now.over) keep(now, { ...now, nodes: withNode(now.nodes, node, { preview }) });
      else previews.drop(`${t.id} `);
    });
}

// ------------------------------------------------------------------ what was missed

/** A job that is neither running nor waiting: its end is in the history, or it was taken out before it ran. */
async function settle(id: string) {
  try {
    const entry = member(await getJson(`history/${encodeURIComponent(id)}`), id);
    const uid = openUid(id);
    if (entry === undefined) {
      if (uid !== undefined && !sending.has(id)) unsent(id, uid);
      return;
    }
    const t = tracks.get(id);
    if (t?.over && uid !== undefined && runOf(uid).current !== undefined) return; // the next one runs
    keep(t, toldWhole(knowing(begin(id), asPrompt(member(entry, 'prompt', 2))), entry));
  } catch (e) {
    console.warn(e);
  }
}

const older = new Set<string>();

/** A page that is loaded again while a job of its document waits or runs: what the one before gave stands there meanwhile. */
async function showOlder(uid: string, there: ReadonlySet<string>) {
  const id = lastOf(uid, there);
  if (older.has(uid) || tracks.has(id ?? '')) return;
  older.add(uid);
  const entry = id === undefined ? undefined : member(await getJson(`history/${encodeURIComponent(id)}`), id);
  if (id === undefined || entry === undefined) return;
  const { nodes } = toldWhole(newTrack(id), entry);
  for (const job of runOf(uid).jobs) {
    const t = tracks.get(job);
    if (t) tracks.set(job, { ...t, nodes: withOlder(t.nodes, nodes) });
  }
  changeRun(uid, (run) => ({ ...run, nodes: withOlder(run.nodes, nodes) }));
}

const lastOnes = new Set<string>(); // of documents that are there again, until a list says whether they are over

const asPrompt = (prompt: unknown): Prompt => (typeof prompt === 'object' && prompt !== null ? (prompt as Prompt) : {});

const unheard = new Set<string>();

/** Where no socket comes through, the list says that a job of ours has begun. */
function beginUnheard(id: string) {
  if (unheard.has(id) || openUid(id) === undefined || tracks.get(id)?.current !== undefined) return;
  unheard.add(id);
  message('execution_start', { prompt_id: id });
}

/** The lists of jobs and what documents know of theirs agree. */
function reconcile() {
  const { running: now, waiting, more } = useJobs.getState();
  const there = new Set([...now, ...waiting].map((j) => j.id));
  for (const job of [...waiting, ...now]) {
    const uid = openUid(job.id);
    if (uid !== undefined && !runOf(uid).jobs.includes(job.id) && !tracks.get(job.id)?.over)
      changeRun(uid, (run) => ({ ...run, jobs: [...run.jobs, job.id] }));
  }
  for (const job of now) if (!senderOf(job.id)) void askWhose(job.id);
  if (useServer.getState().link.is !== 'open') for (const job of now) beginUnheard(job.id);
  for (const { doc } of useDocuments.getState().opened) if (runOf(doc.uid).jobs.length) showOlder(doc.uid, there).catch(console.warn);
  for (const id of lastOnes) if (!there.has(id)) void settle(id);
  lastOnes.clear();
  if (more > 0) return;
  for (const run of Object.values(useRuns.getState())) for (const id of run.jobs) if (!there.has(id) && !sending.has(id)) void settle(id);
}

/** A document that is there again shows what it gave last. */
function followDocuments() {
  const known = new Set<string>();
  const look = () => {
    const open = new Set(useDocuments.getState().opened.map((o) => o.doc.uid));
    for (const uid of open) if (!known.has(uid)) opened(uid);
    for (const uid of known)
      if (!open.has(uid)) {
        forgetRun(uid);
        forgetLast(uid);
        for (const [id, { over }] of tracks) if (over && senderOf(id)?.uid === uid) tracks.delete(id);
      }
    known.clear();
    for (const uid of open) known.add(uid);
  };
  const opened = (uid: string) => {
    for (const t of tracks.values()) if (senderOf(t.id)?.uid === uid) publish(undefined, t, uid); // heard of before it was there
    const last = lastOf(uid);
    const over = tracks.get(last ?? '')?.over;
    if (last !== undefined && over) for (const heard of listeners) heard(uid, last, over);
    if (last !== undefined) lastOnes.add(last); // what was heard may have begun in the middle
    if (useJobs.getState().at !== undefined) reconcile();
  };
  useDocuments.subscribe(look);
  look();
}

export function startHearing() {
  hear({ message, frame });
  useJobs.subscribe((jobs, before) => jobs.at !== before.at && reconcile());
  followDocuments();
}
