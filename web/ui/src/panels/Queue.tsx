// What runs, what waits and can be put in another order, and what has run.
import { useEffect, useRef, useState, type DragEvent, type KeyboardEvent } from 'react';
import { confirm } from '../app/confirm.ts';
import { Icon } from '../app/Icon.tsx';
import { useKeys } from '../app/bound.ts';
import { useKeptFocus } from '../app/kept-focus.ts';
import { useSettings } from '../app/settings.ts';
import { useDefs } from '../defs/defs.ts';
import { nodeTitle } from '../defs/labels.ts';
import { percent, rate } from '../i18n/format.ts';
import { useWords } from '../i18n/words.ts';
import { cancelJob, clearHistory, moveJobs, olderHistory, pauseQueue, refreshHistory, refreshPaused, useJobs, type Job } from '../net/jobs.ts';
import { useServer } from '../net/server.ts';
import { attempt } from '../run/actions.ts';
import { announce } from '../run/live.ts';
import { seedOf, useNames } from '../run/names.ts';
import { Past } from '../run/Past.tsx';
import { useRunning } from '../run/running.ts';
import '../style/queue.css';

const SETTLED_MS = 1500; // after which a page that has just been opened has other things behind it

// ------------------------------------------------------------------ what runs

function Progress({ job }: { job: Job }) {
  const words = useWords().run.queue;
  const run = useRunning((s) => s[job.id]);
  const naming = useSettings((s) => s.naming);
  const declared = useDefs((s) => s.defs.get(run?.node?.type ?? '')?.title);
  const share = run?.share ?? 0;
  return (
    <>
      <span className="share">{percent(share)}</span>
      <progress value={share} aria-label={words.share} />
      <span className="doing">
        {run?.node !== undefined && <span className="node-name">{words.node(nodeTitle(run.node.type, run.node.title, declared, naming), run.value, run.max)}</span>}
        {run?.rate !== undefined && <span>{words.rate(rate(run.rate))}</span>}
      </span>
    </>
  );
}

function RunningJob({ job }: { job: Job }) {
  const words = useWords().run.queue;
  const name = useNames(job);
  return (
    <li className="job" data-state="running">
      <span className="job-name">{name}</span>
      <Progress job={job} />
      <button className="icon" aria-label={`${words.stop}: ${name}`} title={words.stop} onClick={() => void attempt(cancelJob(job.id))}>
        <Icon name="stop" />
      </button>
    </li>
  );
}

// ------------------------------------------------------------------ what waits

interface Dragging {
  id: string;
  before?: string | undefined; // where it would go; undefined: last
}

function useMoving(waiting: readonly Job[]) {
  const words = useWords().run.queue;
  const move = (id: string, to: number, name: string) => {
    const others = waiting.filter((j) => j.id !== id);
    const place = Math.max(0, Math.min(others.length, to));
    void attempt(moveJobs([id], others[place]?.id));
    announce(() => words.moved(name, place + 1, waiting.length));
  };
  return move;
}

interface RowProps {
  job: Job;
  at: number;
  of: number;
  move: (id: string, to: number, name: string) => void;
  drag: Dragging | undefined;
  setDrag: (drag: Dragging | undefined) => void;
}

function WaitingJob({ job, at, of, move, drag, setDrag }: RowProps) {
  const words = useWords().run.queue;
  const name = useNames(job);
  const seed = seedOf(job);
  const cancel = () => void attempt(cancelJob(job.id));
  const key = (e: KeyboardEvent) => {
    if (e.altKey && e.key === 'ArrowUp') move(job.id, at - 1, name);
    else if (e.altKey && e.key === 'ArrowDown') move(job.id, at + 1, name);
    else if (!e.altKey && (e.key === 'ArrowUp' || e.key === 'ArrowDown')) focusNext(e.currentTarget, e.key === 'ArrowUp' ? -1 : 1);
    else if (e.key === 'Delete' && e.target === e.currentTarget) cancel();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const over = (e: DragEvent<HTMLElement>) => {
    if (!drag) return;
    e.preventDefault();
    const box = e.currentTarget.getBoundingClientRect();
    const below = e.clientY > box.top + box.height / 2;
    const next = below ? (e.currentTarget.nextElementSibling as HTMLElement | null)?.dataset['job'] : job.id;
    if (next !== drag.before) setDrag({ id: drag.id, before: next });
  };
  return (
    <li
      className="job"
      data-state="waiting"
      data-job={job.id}
      data-held={drag?.id === job.id}
      data-here={drag !== undefined && drag.before === job.id}
      draggable
      tabIndex={0}
      aria-label={words.move(name, at + 1, of)}
      onKeyDown={key}
      onDragStart={(e) => (e.dataTransfer.setData('text/x-limn-job', job.id), (e.dataTransfer.effectAllowed = 'move'), setDrag({ id: job.id, before: job.id }))}
      onDragOver={over}
      onDragEnd={() => setDrag(undefined)}
    >
      <span className="grip" aria-hidden="true" />
      <span className="job-name">
        {name} {seed !== undefined && <small>{words.seed(seed)}</small>}
      </span>
      <button className="icon" disabled={!at} aria-label={`${words.next}: ${name}`} title={words.next} onClick={() => move(job.id, 0, name)}>
        <span className="up"><Icon name="down" /></span>
      </button>
      <button className="icon" aria-label={`${words.cancel}: ${name}`} title={words.cancel} onClick={cancel}>
        <Icon name="close" />
      </button>
    </li>
  );
}

function focusNext(of: Element, by: 1 | -1) {
  const next = by > 0 ? of.nextElementSibling : of.previousElementSibling;
  if (next instanceof HTMLElement) next.focus();
}

function Waiting() {
  const words = useWords().run.queue;
  const keys = useKeys('run.run', 'Ctrl+Enter');
  const waiting = useJobs((s) => s.waiting);
  const more = useJobs((s) => s.more);
  const [drag, setDrag] = useState<Dragging>();
  const move = useMoving(waiting);
  const list = useRef<HTMLUListElement>(null);
  useKeptFocus(list, '.job', '.queue-panel button');
  const drop = (e: DragEvent) => {
    e.preventDefault();
    if (drag && drag.before !== drag.id) void attempt(moveJobs([drag.id], drag.before));
    setDrag(undefined);
  };
  const heard = useJobs((s) => s.at !== undefined);
  if (!heard) return <ul className="jobs unheard" aria-hidden="true"><li /><li /><li /></ul>;
  if (!waiting.length)
    return (
      <p className="nothing">
        {words.nothing}
        {keys && <span>{words.hint(keys)}</span>}
      </p>
    );
  return (
    <>
      <ul className="jobs" ref={list} onDrop={drop} onDragOver={(e) => drag && e.preventDefault()}
          data-last={drag !== undefined && drag.before === undefined}>
        {waiting.map((job, i) => (
          <WaitingJob key={job.id} job={job} at={i} of={waiting.length} move={move} drag={drag} setDrag={setDrag} />
        ))}
      </ul>
      {more > 0 && <p className="nothing">{words.beyond(more)}</p>}
    </>
  );
}

// ------------------------------------------------------------------ what has run

function History() {
  const words = useWords().run.queue;
  const history = useJobs((s) => s.history);
  const older = useJobs((s) => s.older);
  const changed = useJobs((s) => s.at);
  const list = useRef<HTMLUListElement>(null);

  useKeptFocus(list, '.job', '.queue-panel button');
  useEffect(() => {
    if (changed !== undefined && changed !== useJobs.getState().historyAt) refreshHistory().catch(console.warn);
  }, [changed]);
  if (changed === undefined) return null;
  if (!history.length) return <p className="nothing">{words.noHistory}</p>;
  return (
    <>
      <ul className="jobs" ref={list}>
        {history.map((job) => (
          <Past key={job.id} job={job} />
        ))}
      </ul>
      {older && (
        <button className="plain older" onClick={() => void attempt(olderHistory())}>
          {words.older}
        </button>
      )}
    </>
  );
}

/** Asked after the page is there, and with each change of what waits: another page may have paused the queue. */
function usePaused(): boolean {
  const waits = useJobs((s) => s.waiting.length > 0);
  const changed = useJobs((s) => s.at);
  const known = useRef(false);

  useEffect(() => {
    const ask = () => ((known.current = true), refreshPaused().catch(console.warn));
    if (known.current && !waits) return;
    const timer = setTimeout(ask, known.current || waits ? 0 : SETTLED_MS);
    return () => clearTimeout(timer);
  }, [waits, changed]);
  return useJobs((s) => s.paused);
}

/** Asks first; pictures stay where they are. */
function ForgetAll() {
  const words = useWords().run.queue;
  const some = useJobs((s) => s.history.length > 0);
  const ask = async () => {
    const choices = [{ value: 'yes', label: words.forgetAll, risky: true }, { value: 'no', label: words.keep, main: true }];
    if ((await confirm(words.forgetAll, words.forgetText, choices)) !== 'yes') return;
    await attempt((async () => (await clearHistory(), refreshHistory()))());
  };
  if (!some) return null;
  return (
    <button className="icon" aria-label={words.forgetAll} title={words.forgetAll} onClick={() => void ask()}>
      <Icon name="trash" />
    </button>
  );
}

export function QueueBody() {
  const words = useWords().run.queue;
  const running = useJobs((s) => s.running);
  const waiting = useJobs((s) => s.waiting.length + s.more);
  const paused = usePaused();
  const at = useJobs((s) => s.at);
  const lost = useServer((s) => s.link.is === 'lost' && !s.there);
  return (
    <div className="queue-panel" data-stale={lost}>
      {lost && at !== undefined && <p className="as-of">{words.asOf(new Date(at).toLocaleTimeString(document.documentElement.lang, { hourCycle: 'h23' }))}</p>}
      {running.length > 0 && (
        <ul className="jobs" aria-label={words.running}>
          {running.map((job) => (
            <RunningJob key={job.id} job={job} />
          ))}
        </ul>
      )}
      <h3>
        {words.waiting} {waiting > 0 && <span className="count">{waiting}</span>}
        <button className="icon" aria-pressed={paused} aria-label={paused ? words.resume : words.pause} title={paused ? words.resume : words.pause}
                onClick={() => void attempt(pauseQueue(!paused))}>
          <Icon name={paused ? 'play' : 'pause'} />
        </button>
      </h3>
      {paused && <p className="paused">{words.paused}</p>}
      <Waiting />
      <h3>
        {words.history}
        <ForgetAll />
      </h3>
      <History />
    </div>
  );
}
