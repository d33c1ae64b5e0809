// What buttons and keys do with the queue; what goes wrong is said.
import { create } from 'zustand';
import { later } from '../app/fetched.ts';
import { openText, useDocuments, type Opened } from '../app/documents.ts';
import { complain } from '../app/toasts.ts';
import { isObject, print } from '../doc/json.ts';
import { getText, textsAt, whyOf } from '../net/http.ts';
import { cancelJob, clearWaiting, useJobs, type Job } from '../net/jobs.ts';
import { askForWork, useServer } from '../net/server.ts';
import { onJob } from './hear.ts';
import { senderOf } from './mine.ts';
import { runOf } from './run.ts';
import type { How } from './send.ts';

/** Tells a person why something could not be done. */
export async function attempt(what: Promise<unknown>): Promise<boolean> {
  try {
    await what;
    return true;
  } catch (e) {
    complain((w) => w.run.said.undone(whyOf(e)));
    return false;
  } finally {
    askForWork(0);
  }
}

/** Comes with the first run. */
const sending = later(() => import('./send.ts'));

export const canRun = (at: Opened | undefined) => at !== undefined && useServer.getState().there;

export function runNow(at: Opened | undefined, how: How = {}, times = 1) {
  if (at && canRun(at)) void attempt(sending().then(({ run }) => run(at, how, times)));
}

/** The nodes that are chosen, as a prompt names them. */
export function chosenNodes({ selection, path }: Opened): string[] {
  return [...selection].filter((key) => key.startsWith('node:')).map((key) => [...path, key.slice(5)].join(':'));
}

// ------------------------------------------------------------------ until stopped

const REPEATING = 'limn.repeat';

/** Kept for the browser tab: a page that is loaded again goes on. */
export const useRepeating = create<{ uids: ReadonlySet<string> }>(() => {
  try {
    return { uids: new Set(textsAt(JSON.parse(sessionStorage.getItem(REPEATING) ?? '[]'))) };
  } catch {
    return { uids: new Set() };
  }
});

useRepeating.subscribe(({ uids }) => {
  try {
    sessionStorage.setItem(REPEATING, JSON.stringify([...uids]));
  } catch {
    // Then it ends with the page.
  }
});

export function repeat(uid: string, on: boolean) {
  useRepeating.setState(({ uids }) => {
    const next = new Set(uids);
    if (on) next.add(uid);
    else next.delete(uid);
    return { uids: next };
  });
}

/** Runs that were asked of this page and are not begun yet ("Run ×10", or Run pressed again and again), and whether one is being sent. */
export const useUnsent = create<{ rest: number; sending: boolean }>(() => ({ rest: 0, sending: false }));

/** Something waits on the server, or is still to be sent. */
export const canClear = () => useJobs.getState().waiting.length + useUnsent.getState().rest + useRepeating.getState().uids.size > 0;

let leaving = false; // what a page that goes could not send goes on in the next one

/** Once more, as soon as the document is there: a page that is loaded again may hear of an end before it has its tabs. */
function again(uid: string) {
  const open = () => useDocuments.getState().opened.find((o) => o.doc.uid === uid);
  const at = open();
  if (at) return void sending().then(async ({ run }) => (await run(at)) || leaving || repeat(uid, false));
  const end = useDocuments.subscribe(() => {
    if (!open()) return;
    end();
    if (useRepeating.getState().uids.has(uid)) again(uid);
  });
}

export function startRepeating() {
  addEventListener('pagehide', () => (leaving = true));
  addEventListener('pageshow', () => (leaving = false)); // the browser kept it, and shows it again
  onJob((uid, _job, how) => {
    if (how === 'start' || !useRepeating.getState().uids.has(uid)) return;
    if (how === 'success') again(uid);
    else repeat(uid, false);
  });
}

// ------------------------------------------------------------------ stopping

export const canStop = (at: Opened | undefined) => at !== undefined && (runOf(at.doc.uid).current !== undefined || useRepeating.getState().uids.has(at.doc.uid));

/** What the document runs. What others run is stopped in its row of the queue. */
export function stopNow(at: Opened | undefined) {
  if (!at) return;
  repeat(at.doc.uid, false);
  const { current } = runOf(at.doc.uid);
  if (current !== undefined) void attempt(cancelJob(current));
}

/** What waits on the server, and what this page has still to send. What runs goes on, and is the last. */
export function clearRest() {
  useRepeating.setState({ uids: new Set() });
  void sending().then(({ endSeries }) => endSeries());
  void attempt(clearWaiting());
}

// ------------------------------------------------------------------ jobs of the lists

async function wholeOf(job: Job) {
  const { readWhole } = await sending();
  return readWhole(await getText(`api/jobs/${encodeURIComponent(job.id)}`));
}

/** Its workflow, as it was sent, in a tab of its own. */
export async function openJob(job: Job, name: string) {
  const whole = await wholeOf(job);
  const asked = whole['workflow'];
  const extra = isObject(asked) ? asked['extra_data'] : undefined;
  const info = isObject(extra) ? extra['extra_pnginfo'] : undefined;
  const workflow = isObject(info) ? info['workflow'] : undefined;
  if (isObject(workflow)) openText(print(workflow, { indent: '', spaced: false, end: '' }), name);
  else complain((w) => w.run.queue.noWorkflow);
}

export async function retryJob(job: Job, name: string) {
  const sender = senderOf(job.id) ?? job.sender;
  const open = sender && useDocuments.getState().opened.some((o) => o.doc.uid === sender.uid);
  const { runAgain } = await sending();
  await runAgain(await wholeOf(job), name, open ? sender.uid : undefined);
}
