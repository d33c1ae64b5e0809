// The server's jobs: what runs, what waits in the order it will run, and what has ended, as short rows without workflows.
import { create } from 'zustand';
import { readFile, type OutputFile } from './files.ts';
import { getJson, listAt, member, numberAt, postJson, textAt } from './http.ts';

export type JobState = 'in_progress' | 'pending' | 'completed' | 'failed' | 'cancelled';

export interface Job {
  id: string;
  state: JobState;
  number: number; // lower ones run first
  seq?: number; // which one it is, wherever it is moved
  created: number; // milliseconds since 1970
  started?: number;
  ended?: number;
  pictures: number;
  preview?: OutputFile;
  error?: { message: string; type?: string };
  sender?: Sender; // where the server says it: of jobs that have ended
}

/** The document that a job was sent from. */
export interface Sender {
  uid: string;
  name: string;
  seed?: string; // of the first node that has one: by it a person tells ten runs apart
}

/** As the page told it to the server, and the server tells it again. */
export function readSender(limn: unknown): Sender | undefined {
  const [uid, seed] = [textAt(limn, 'uid'), textAt(limn, 'seed')];
  return uid === undefined ? undefined : { uid, name: textAt(limn, 'name') ?? '', ...(seed === undefined ? {} : { seed }) };
}

interface Jobs {
  running: readonly Job[];
  waiting: readonly Job[]; // the next first
  more: number; // that wait beyond those
  paused: boolean;
  history: readonly Job[]; // the newest first
  older: boolean; // the history goes on
  at?: number; // when what runs and waits was heard
  historyAt?: number; // the same of the history, where both came in one answer
}

const STATES: readonly string[] = ['in_progress', 'pending', 'completed', 'failed', 'cancelled'];
const MOST = 500; // of a listing
const PAGE = 40; // of the history

/** The server's pages are in the order in which jobs were sent; which of them ended last is what history is about. */
const byEnd = (jobs: Job[]) => jobs.sort((a, b) => (b.ended ?? b.created) - (a.ended ?? a.created));

export const useJobs = create<Jobs>(() => ({ running: [], waiting: [], more: 0, paused: false, history: [], older: false }));

/** One row of /api/jobs; undefined for what is none. */
export function readJob(of: unknown): Job | undefined {
  const id = textAt(of, 'id');
  const state = textAt(of, 'status');
  if (id === undefined || state === undefined || !STATES.includes(state)) return undefined;
  const started = numberAt(of, 'execution_start_time');
  const ended = numberAt(of, 'execution_end_time');
  const preview = readFile(member(of, 'preview_output'), id.slice(0, 8));
  const [error, type] = [textAt(of, 'execution_error', 'exception_message'), textAt(of, 'execution_error', 'exception_type')];
  const sender = readSender(member(of, 'limn'));
  const seq = numberAt(of, 'seq');
  return {
    id,
    state: state as JobState,
    number: numberAt(of, 'priority') ?? 0,
    ...(seq === undefined ? {} : { seq }),
    created: numberAt(of, 'create_time') ?? 0,
    pictures: numberAt(of, 'previewable_outputs_count') ?? 0,
    ...(started === undefined ? {} : { started }),
    ...(ended === undefined ? {} : { ended }),
    ...(preview ? { preview } : {}),
    ...(error === undefined ? {} : { error: { message: error.trim(), ...(type === undefined ? {} : { type }) } }),
    ...(sender ? { sender } : {}),
  };
}

export function readJobs(answer: unknown): Job[] {
  return listAt(answer, 'jobs').map(readJob).filter((j) => j !== undefined);
}

/** As they will run. */
function inOrder(a: Job, b: Job): number {
  return a.number - b.number || a.created - b.created;
}

/** What runs and waits, from an answer that asked for these. */
export function readWaiting(answer: unknown): Pick<Jobs, 'running' | 'waiting' | 'more'> {
  const jobs = readJobs(answer);
  return {
    running: jobs.filter((j) => j.state === 'in_progress'),
    waiting: jobs.filter((j) => j.state === 'pending').sort(inOrder),
    more: Math.max(0, (numberAt(answer, 'pagination', 'total') ?? jobs.length) - jobs.length),
  };
}

let moves = 0; // rises when one begins and when it ends: a list that was asked for at another count is old

const ENDED = ['completed', 'failed', 'cancelled'];

/** A page that has just been opened asks for everything at once; false: there is more than fits. */
async function firstJobs(): Promise<boolean> {
  const answer = await getJson(`api/jobs?limit=${PAGE * 2}`);
  if (isOlder(answer)) return false;
  const ended = byEnd(readJobs(answer).filter((j) => ENDED.includes(j.state)));
  const at = Date.now();
  useJobs.setState({ ...readWaiting(answer), more: 0, history: ended.slice(0, PAGE), older: ended.length > PAGE, at, historyAt: at });
  return true;
}

/** Asks what runs and waits. */
export async function refreshJobs() {
  if (useJobs.getState().at === undefined && (await firstJobs())) return;
  const before = moves;
  const answer = await getJson(`api/jobs?status=in_progress,pending&sort_order=asc&limit=${MOST}`);
  if (before === moves) useJobs.setState({ ...readWaiting(answer), at: Date.now() });
}

/** Asks whether the queue is paused. */
export async function refreshPaused() {
  useJobs.setState({ paused: member(await getJson('limn/queue'), 'paused') === true });
}

const page = (offset: number, limit: number) =>
  getJson(`api/jobs?status=${ENDED.join(',')}&limit=${limit}&offset=${offset}`);

function isOlder(answer: unknown): boolean {
  return member(answer, 'pagination', 'has_more') === true;
}

/** Asks for the newest of the history, as many as are shown. */
export async function refreshHistory() {
  const answer = await page(0, Math.max(PAGE, useJobs.getState().history.length));
  useJobs.setState({ history: byEnd(readJobs(answer)), older: isOlder(answer) });
}

/** The next page of it. */
export async function olderHistory() {
  const { history } = useJobs.getState();
  const answer = await page(history.length, PAGE);
  const known = new Set(history.map((j) => j.id));
  useJobs.setState({ history: byEnd([...history, ...readJobs(answer).filter((j) => !known.has(j.id))]), older: isOlder(answer) });
}

// ------------------------------------------------------------------ what can be done to them

const cancelOne = (id: string) => postJson(`api/jobs/${encodeURIComponent(id)}/cancel`, {});

/** Takes a job out wherever it is: what runs is stopped. */
export const cancelJob = async (id: string) => void (await cancelOne(id));
/** Takes out all that waits. */
export const clearWaiting = async () => void (await postJson('queue', { clear: true }));
export const forgetJobs = async (ids: readonly string[]) => void (await postJson('history', { delete: ids }));
export const clearHistory = async () => void (await postJson('history', { clear: true }));

export async function pauseQueue(pause: boolean) {
  const answer = await postJson('limn/queue', { op: pause ? 'pause' : 'resume' });
  useJobs.setState({ paused: member(answer, 'paused') === true });
}

/** They run before that one, in this order; without one, last. Shown at once; who calls asks for the list anew. */
export async function moveJobs(ids: readonly string[], before: string | undefined) {
  moves++;
  useJobs.setState(({ waiting }) => ({ waiting: moved(waiting, ids, before) }));
  try {
    await postJson('limn/queue', { op: 'move', ids, ...(before === undefined ? {} : { before }) });
  } finally {
    moves++;
  }
}

export function moved(waiting: readonly Job[], ids: readonly string[], before: string | undefined): Job[] {
  const going = ids.map((id) => waiting.find((j) => j.id === id)).filter((j) => j !== undefined);
  const staying = waiting.filter((j) => !ids.includes(j.id));
  const at = before === undefined ? -1 : staying.findIndex((j) => j.id === before);
  return at < 0 ? [...staying, ...going] : [...staying.slice(0, at), ...going, ...staying.slice(at)];
}
