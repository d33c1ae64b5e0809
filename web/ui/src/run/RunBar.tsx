// Run, stop, clear: three places that never move, whatever they can do just now.
import { useId, useRef, useState } from 'react';
import { useActive } from '../app/documents.ts';
import { Icon } from '../app/Icon.tsx';
import { late } from '../app/late.ts';
import { useKeys, withKeys } from '../app/bound.ts';
import { useWords } from '../i18n/words.ts';
import { useJobs } from '../net/jobs.ts';
import { useServer } from '../net/server.ts';
import { clearRest, runNow, stopNow, useRepeating, useUnsent } from './actions.ts';
import { useRuns } from './run.ts';

const WIDTH = 264; // pixels, of the menu

const RunMenu = late(async () => (await import('./RunMenu.tsx')).RunMenu);

/** A popover of the browser's own; what is in it comes when it is opened first. */
function Menu({ id }: { id: string }) {
  const words = useWords().run;
  const box = useRef<HTMLDivElement>(null);
  const [wanted, setWanted] = useState(false);
  const open = () => {
    const by = box.current?.previousElementSibling?.getBoundingClientRect();
    setWanted(true);
    if (!by || !box.current) return;
    box.current.style.left = `${Math.max(8, Math.min(by.left, innerWidth - WIDTH - 8))}px`;
    box.current.style.top = `${by.bottom}px`;
  };
  return (
    <div className="run-menu" id={id} ref={box} popover="auto" role="group" aria-label={words.more} onBeforeToggle={open}>
      {wanted && <RunMenu done={() => box.current?.hidePopover()} />}
    </div>
  );
}

export function RunBar() {
  const words = useWords().run;
  const id = useId();
  const at = useActive();
  const lost = useServer((s) => s.link.is === 'lost' && !s.there);
  const waiting = useJobs((s) => s.waiting.length + s.more) + useUnsent((s) => s.rest);
  const endless = useRepeating((s) => s.uids.size > 0);
  const busy = useRuns((s) => at !== undefined && s[at.doc.uid]?.current !== undefined);
  const repeats = useRepeating((s) => at !== undefined && s.uids.has(at.doc.uid));
  const off = !at || lost;
  const runKeys = useKeys('run.run', 'Ctrl+Enter');
  const stopKeys = useKeys('run.stop', 'Ctrl+Alt+Enter');
  return (
    <section className="run-bar" aria-label={words.run}>
      <span className="split">
        <button className="main" disabled={off} data-busy={busy} title={lost ? words.off : withKeys(words.run, runKeys)} onClick={(e) => runNow(at, { partly: e.shiftKey })}>
          <Icon name="play" />
          {words.run}
        </button>
        <button className="main more" disabled={off} popoverTarget={id} aria-label={words.more} title={words.more}>
          <Icon name="down" />
        </button>
      </span>
      <Menu id={id} />
      <button className="plain" disabled={!busy && !repeats} title={withKeys(words.stop, stopKeys)} onClick={() => stopNow(at)}>
        <Icon name="stop" />
        {words.stop}
      </button>
      <button className="plain" disabled={!waiting && !endless} onClick={clearRest}>
        <Icon name="close" />
        {waiting ? words.clearMany(waiting) : words.clear}
      </button>
    </section>
  );
}
