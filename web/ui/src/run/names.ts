// What a job is called: by its document while that is known, else as one from elsewhere.
import { useDocuments } from '../app/documents.ts';
import { useWords } from '../i18n/words.ts';
import type { Job } from '../net/jobs.ts';
import { senderOf } from './mine.ts';

/** What tells it from other runs of its workflow. */
export function seedOf(job: Job): string | undefined {
  return (senderOf(job.id) ?? job.sender)?.seed;
}

/** "portrait #41" */
export function useNames(job: Job): string {
  const words = useWords().run.queue;
  const sender = senderOf(job.id) ?? job.sender;
  const open = useDocuments((s) => s.opened.find((o) => o.doc.uid === sender?.uid)?.name);
  return `${open ?? (sender?.name || words.elsewhere)} ${job.seq === undefined ? '' : `#${job.seq}`}`.trim();
}
