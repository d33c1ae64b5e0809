// What is said to who cannot see it: that a run began, how far it is in quarters, how it ended.
import { create } from 'zustand';
import { useDocuments, type Opened } from '../app/documents.ts';
import { later } from '../app/fetched.ts';
import { complain, say } from '../app/toasts.ts';
import { percent } from '../i18n/format.ts';
import type { Words } from '../i18n/languages.ts';
import { wordsNow } from '../i18n/words.ts';
import { useRepeating, useUnsent } from './actions.ts';
import { onJob, type Ended } from './hear.ts';
import { usePreferences } from './preferences.ts';
import { runOf, useRuns } from './run.ts';
import { sentenceOf } from './sentences.ts';

export const useSaid = create<{ text: string }>(() => ({ text: '' }));

export function announce(says: (words: Words) => string) {
  useSaid.setState({ text: says(wordsNow()) });
}

const opened = (uid: string): Opened | undefined => useDocuments.getState().opened.find((o) => o.doc.uid === uid);

function sentence(uid: string, how: Ended | 'start') {
  const name = opened(uid)?.name ?? '';
  const failure = runOf(uid).problems.findLast((p) => p.source === 'run');
  return (w: Words) =>
    how === 'start' ? w.run.said.started(name)
    : how === 'success' ? w.run.said.done(name)
    : how === 'error' ? w.run.said.failed(name, failure ? sentenceOf(failure, w) : '')
    : w.run.said.interrupted(name);
}

function notify(text: string) {
  if (!document.hidden || !usePreferences.getState().notify || !('Notification' in window)) return;
  if (Notification.permission === 'granted') new Notification('limn', { body: text, tag: 'limn-run' });
}

const fetchPicture = later(() => import('../app/version-picture.ts'));

/** What is saved has painted this. */
async function picture(at: Opened | undefined) {
  if (at?.file && at.doc.dirtySince === undefined) await (await fetchPicture()).pictureVersion(at.file.path, at.doc.uid);
}

const fetchSound = later(() => import('./sound.ts'));

/** Once, when all that was sent for a document has run; whoever stopped it knows. */
async function sound(uid: string, how: Ended | 'start') {
  const { rest, sending } = useUnsent.getState();
  const more = rest > 0 || sending || runOf(uid).jobs.length > 0 || useRepeating.getState().uids.has(uid);
  if (how === 'start' || how === 'interrupted' || !usePreferences.getState().sound || more) return;
  (await fetchSound()).chime(how === 'success');
}

/** Errors are said for all documents, ends of runs where nobody saw them. */
function heard(uid: string, how: Ended | 'start') {
  const says = sentence(uid, how);
  const seen = !document.hidden && useDocuments.getState().active === uid;
  const go = { label: (w: Words) => w.run.said.look, run: () => useDocuments.setState({ active: uid }) };
  if (how === 'error') complain(says, seen ? undefined : go, false);
  else if (how === 'success' && !seen) say(says, go);
  else announce(says);
  if (how !== 'start') notify(says(wordsNow()));
  sound(uid, how).catch(console.warn);
  if (how === 'success') picture(opened(uid)).catch(console.warn);
}

/** Quarters of the job that one looks at. */
function followShare() {
  let quarter = 0;
  useRuns.subscribe((runs) => {
    const uid = useDocuments.getState().active;
    const run = uid === undefined ? undefined : runs[uid];
    const now = run?.current === undefined ? 0 : Math.floor(run.share * 4);
    if (now > quarter && now < 4 && uid !== undefined)
      announce((w) => w.run.said.quarter(opened(uid)?.name ?? '', percent(now / 4)));
    quarter = now;
  });
}

export function startSaying() {
  onJob((uid, _job, how) => heard(uid, how));
  followShare();
}
