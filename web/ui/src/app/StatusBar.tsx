// The bar below: what is in the document, how near the canvas is, is the server there, what machine is it, what does it do.
import { Zoom } from '../canvas/Zoom.tsx';
import { bytes, clock, percent } from '../i18n/format.ts';
import { useWords } from '../i18n/words.ts';
import { useServer } from '../net/server.ts';
import { useProblems } from '../run/run.ts';
import { useRunning } from '../run/running.ts';
import { showPanel } from './bars.ts';
import { useActive, useVersion, type Opened } from './documents.ts';
import { Icon } from './Icon.tsx';

function LinkState() {
  const words = useWords().link;
  const is = useServer((s) => (s.link.is === 'lost' && s.there ? 'slow' : s.link.is));
  return (
    <span className="link" data-state={is}>
      <span className="dot" />
      <span className="word">{words[is]}</span>
    </span>
  );
}

function MachineState() {
  const words = useWords().machine;
  const machine = useServer((s) => s.machine);
  if (!machine) return null;
  const { version, device, memory, video } = machine;
  return (
    <>
      {version && <span className="wide">{words.version(version)}</span>}
      <span className="wide">{device.toUpperCase()}</span>
      {video && <span className="wide">{words.video(bytes(video.used), bytes(video.total))}</span>}
      <span className="wide">{words.memory(bytes(memory.used), bytes(memory.total))}</span>
    </>
  );
}

/** How many, and the way to them. */
function Problems({ uid }: { uid: string }) {
  const words = useWords().status;
  const problems = useProblems(uid);
  const bad = problems.some((p) => p.severity === 'error');
  if (!problems.length) return null;
  return (
    <button className="problems" data-bad={bad} onClick={() => showPanel('left', 'problems')}>
      <Icon name="warning" />
      {words.problems(problems.length)}
    </button>
  );
}

/** Is what is shown what the file has? */
function SavedState({ at }: { at: Opened }) {
  const { status, locale } = useWords();
  if (at.doc.dirtySince !== undefined) return <span className="unsaved">{status.unsaved}</span>;
  if (!at.file) return null;
  return <span>{at.file.at === undefined ? status.saved : status.savedAt(clock(at.file.at, locale))}</span>;
}

function Counts() {
  const words = useWords().status;
  const at = useActive();
  useVersion(at?.doc);
  if (!at) return null;
  const graphs = at.doc.graphs();
  const count = (of: 'nodes' | 'links') => graphs.reduce((sum, g) => sum + at.doc[of](g).length, 0);
  return (
    <>
      <span className="counts">
        {words.nodes(count('nodes'))} · {words.links(count('links'))}
      </span>
      <Problems uid={at.doc.uid} />
      <SavedState at={at} />
    </>
  );
}

function Queue() {
  const words = useWords().queue;
  const work = useServer((s) => s.work);
  const stale = useServer((s) => !s.there);
  const running = work?.running ?? 0;
  const waiting = work?.waiting ?? 0;

  const share = useRunning((s) => Object.values(s).find((r) => !r.over)?.share);
  const what = !work ? words.unknown : running ? words.running(running) : waiting ? null : words.idle;
  return (
    <div className="queue" role="status" aria-label={words.label} data-state={running ? 'running' : 'idle'} data-stale={stale}>
      <span className="dot" />
      {what && <span>{what}</span>}
      {running > 0 && share !== undefined && <span className="counts">{percent(share)}</span>}
      {waiting > 0 && <span className="waiting">{words.waiting(waiting)}</span>}
    </div>
  );
}

export function StatusBar() {
  return (
    <footer className="status">
      <Counts />
      <Zoom />
      <span className="gap" />
      <MachineState />
      <LinkState />
      <Queue />
    </footer>
  );
}
