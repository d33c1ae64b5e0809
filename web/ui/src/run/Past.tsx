// A job that has ended: its picture, how it went, and what can be done with it.
import { Icon } from '../app/Icon.tsx';
import { useWords } from '../i18n/words.ts';
import { viewOf } from '../net/files.ts';
import { getJson, member } from '../net/http.ts';
import { forgetJobs, refreshHistory, type Job } from '../net/jobs.ts';
import { useTries } from '../net/tries.ts';
import { attempt, openJob, retryJob } from './actions.ts';
import { seedOf, useNames } from './names.ts';
import { sentenceOf } from './sentences.ts';
import { filesIn } from './track.ts';
import { view } from './viewer.ts';

async function lookAt(job: Job) {
  const outputs = member(await getJson(`api/jobs/${encodeURIComponent(job.id)}`), 'outputs');
  const files = Object.values(outputs ?? {}).flatMap((of) => filesIn(of, job.id.slice(0, 8)));
  view(files.length || !job.preview ? files : [job.preview]);
}

function Thumbnail({ job, name }: { job: Job; name: string }) {
  const words = useWords().run.queue;
  const src = job.preview ? viewOf(job.preview, 128) : '';
  const [key, bad, failed] = useTries(src);
  if (!src || bad)
    return (
      <span className="thumb" data-empty="true" title={words.none}>
        <Icon name={job.state === 'failed' ? 'warning' : job.state === 'cancelled' ? 'stop' : 'image'} />
      </span>
    );
  return (
    <button className="thumb" aria-label={words.looks(name)} title={words.looks(name)} onClick={() => void attempt(lookAt(job))}>
      <img key={key} src={src} alt="" loading="lazy" decoding="async" onError={failed} />
      {job.pictures > 1 && <span className="many">{job.pictures}</span>}
    </button>
  );
}

function When({ job }: { job: Job }) {
  const words = useWords().run.queue;
  const time = new Date(job.ended ?? job.created);
  const today = time.toDateString() === new Date().toDateString();
  const locale = document.documentElement.lang;
  const seed = seedOf(job);
  const took = job.started !== undefined && job.ended !== undefined ? (job.ended - job.started) / 1000 : undefined;
  const how = { completed: undefined, failed: words.failed, cancelled: words.stopped, pending: undefined, in_progress: undefined }[job.state];
  return (
    <span className="when">
      {how && <strong>{how} </strong>}
      <time dateTime={time.toISOString()}>
        {today ? time.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }) : time.toLocaleDateString(locale, { month: 'short', day: 'numeric' })}
      </time>
      {took !== undefined && ` · ${words.seconds(took < 10 ? took.toFixed(1) : String(Math.round(took)))}`}
      {seed !== undefined && ` · ${words.seed(seed)}`}
    </span>
  );
}

export function Past({ job }: { job: Job }) {
  const all = useWords();
  const words = all.run.queue;
  const name = useNames(job);
  const tool = (icon: 'file' | 'refresh' | 'trash', says: string, does: () => Promise<unknown>) => (
    <button className="icon" aria-label={`${says}: ${name}`} title={says} onClick={() => void attempt(does())}>
      <Icon name={icon} />
    </button>
  );
  return (
    <li className="job" data-state={job.state}>
      <Thumbnail job={job} name={name} />
      <span className="job-name">{name}</span>
      <When job={job} />
      {job.error !== undefined && <p className="why">{sentenceOf(job.error, all)}</p>}
      <span className="tools">
        {tool('file', words.open, () => openJob(job, name))}
        {tool('refresh', words.retry, () => retryJob(job, name))}
        {tool('trash', words.forget, async () => (await forgetJobs([job.id]), refreshHistory()))}
      </span>
    </li>
  );
}
