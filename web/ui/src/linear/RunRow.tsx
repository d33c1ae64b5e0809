// Run, so many times, how far it is, and stop; and what is wrong, in a sentence.
import { useState } from 'react';
import type { Opened } from '../app/documents.ts';
import { useKeys, withKeys } from '../app/bound.ts';
import { Icon } from '../app/Icon.tsx';
import { goTo } from '../canvas/camera.ts';
import { percent } from '../i18n/format.ts';
import { useRoom } from '../i18n/room.ts';
import { linear } from '../i18n/words/linear.ts';
import { useWords } from '../i18n/words.ts';
import { useServer } from '../net/server.ts';
import { runNow, stopNow } from '../run/actions.ts';
import { useProblems, useRuns } from '../run/run.ts';
import { sentenceOf } from '../run/sentences.ts';

const TIMES = [1, 2, 3, 4, 6, 8, 10, 20, 50];

function Progress({ uid }: { uid: string }) {
  const words = useRoom(linear);
  const share = useRuns((s) => Math.round((s[uid]?.share ?? 0) * 100));
  const waiting = useRuns((s) => (s[uid]?.jobs.length ?? 0) - (s[uid]?.current === undefined ? 0 : 1));
  const runs = useRuns((s) => s[uid]?.current !== undefined);
  return (
    <span className="linear-progress">
      {runs && (
        <span role="progressbar" aria-label={words.progress} aria-valuemin={0} aria-valuemax={100} aria-valuenow={share}>
          {percent(share / 100)}
        </span>
      )}
      {waiting > 0 && <span>{words.waiting(waiting)}</span>}
    </span>
  );
}

/** The first thing that is in the way. */
function Wrong({ uid }: { uid: string }) {
  const words = useWords();
  const own = useRoom(linear);
  const wrong = useProblems(uid).find((p) => p.severity === 'error');
  if (!wrong) return null;
  return (
    <p className="linear-wrong">
      <Icon name="warning" />
      <span>{sentenceOf(wrong, words)}</span>
      {wrong.node !== undefined && (
        <button className="text" onClick={() => wrong.node !== undefined && goTo(uid, wrong.node)}>
          {own.inGraph}
        </button>
      )}
    </p>
  );
}

export function RunRow({ at }: { at: Opened }) {
  const words = useWords();
  const own = useRoom(linear);
  const keys = useKeys('run.run', 'Ctrl+Enter');
  const [times, setTimes] = useState(1);
  const { uid } = at.doc;
  const lost = useServer((s) => s.link.is === 'lost' && !s.there);
  const busy = useRuns((s) => (s[uid]?.jobs.length ?? 0) > 0);
  return (
    <div className="linear-run">
      <Wrong uid={uid} />
      <div className="ways">
        <button className="main" disabled={lost} data-busy={busy} title={lost ? words.run.off : withKeys(words.run.run, keys)} onClick={() => runNow(at, {}, times)}>
          <Icon name="play" />
          {words.run.run}
        </button>
        <select aria-label={own.times} value={times} onChange={(e) => setTimes(Number(e.target.value))}>
          {TIMES.map((n) => (
            <option key={n} value={n}>
              ×{n}
            </option>
          ))}
        </select>
        {busy && <Progress uid={uid} />}
        {busy && (
          <button className="plain" onClick={() => stopNow(at)}>
            <Icon name="stop" />
            {words.run.stop}
          </button>
        )}
      </div>
    </div>
  );
}
