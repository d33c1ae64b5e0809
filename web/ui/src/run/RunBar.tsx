// Run, stop, clear: three places that never move, whatever they can do just now.
import { useId, useRef, useState, type FormEvent } from 'react';
import { useActive } from '../app/documents.ts';
import { Icon } from '../app/Icon.tsx';
import { useWords } from '../i18n/words.ts';
import { useJobs } from '../net/jobs.ts';
import { useServer } from '../net/server.ts';
import { clearRest, repeat, runNow, stopNow, useRepeating } from './actions.ts';
import { usePreferences, type Preferences } from './preferences.ts';
import { useRuns } from './run.ts';

const MOST_TIMES = 999;
const WIDTH = 264; // pixels, of the menu

function Times({ done }: { done: () => void }) {
  const words = useWords().run;
  const at = useActive();
  const [times, setTimes] = useState(10);
  const go = (e: FormEvent) => {
    e.preventDefault();
    runNow(at, {}, times);
    done();
  };
  return (
    <form className="times" onSubmit={go}>
      <button type="submit">{words.times(times)}</button>
      <input
        type="number"
        min={1}
        max={MOST_TIMES}
        value={times}
        aria-label={words.count}
        onChange={(e) => setTimes(Math.min(MOST_TIMES, Math.max(1, Math.trunc(e.target.valueAsNumber) || 1)))}
      />
    </form>
  );
}

function Seeds() {
  const words = useWords().run.controls;
  const { seeds } = usePreferences();
  const name = useId();
  const choice = (is: Preferences['seeds']) => (
    <label>
      <input type="radio" name={name} checked={seeds === is} onChange={() => usePreferences.setState({ seeds: is })} />
      {words[is]}
    </label>
  );
  return (
    <fieldset>
      <legend>{words.title}</legend>
      {choice('before')}
      {choice('after')}
    </fieldset>
  );
}

function Notify() {
  const words = useWords().run;
  const { notify } = usePreferences();
  const choose = async (on: boolean) => {
    const may = on && (await Notification.requestPermission()) === 'granted';
    usePreferences.setState({ notify: may });
  };
  if (!('Notification' in window)) return null;
  return (
    <label>
      <input type="checkbox" checked={notify} onChange={(e) => void choose(e.target.checked)} />
      {words.notify}
    </label>
  );
}

/** More ways to run, in a popover of the browser's own. */
function Menu({ id }: { id: string }) {
  const words = useWords().run;
  const at = useActive();
  const box = useRef<HTMLDivElement>(null);
  const repeats = useRepeating((s) => at !== undefined && s.uids.has(at.doc.uid));
  const done = () => box.current?.hidePopover();
  const place = () => {
    const by = box.current?.previousElementSibling?.getBoundingClientRect();
    if (!by || !box.current) return;
    box.current.style.left = `${Math.max(8, Math.min(by.left, innerWidth - WIDTH - 8))}px`;
    box.current.style.top = `${by.bottom}px`;
  };
  const toggle = () => {
    if (!at) return;
    repeat(at.doc.uid, !repeats);
    if (!repeats) runNow(at);
    done();
  };
  return (
    <div className="run-menu" id={id} ref={box} popover="auto" role="group" aria-label={words.more} onBeforeToggle={place}>
      <button onClick={() => (runNow(at, { first: true }), done())}>
        {words.first}
        <kbd>Ctrl+Shift+Enter</kbd>
      </button>
      <button onClick={() => (runNow(at, { partly: true }), done())}>{words.partly}</button>
      <Times done={done} />
      <button aria-pressed={repeats} onClick={toggle}>
        {words.again}
        {repeats && <Icon name="check" />}
      </button>
      <Seeds />
      <Notify />
    </div>
  );
}

export function RunBar() {
  const words = useWords().run;
  const id = useId();
  const at = useActive();
  const lost = useServer((s) => s.link.is === 'lost');
  const running = useJobs((s) => s.running.length > 0);
  const waiting = useJobs((s) => s.waiting.length + s.more);
  const busy = useRuns((s) => at !== undefined && s[at.doc.uid]?.current !== undefined);
  const off = !at || lost;
  return (
    <section className="run-bar" aria-label={words.run}>
      <span className="split">
        <button className="main" disabled={off} data-busy={busy} title={lost ? words.off : `${words.run} (Ctrl+Enter)`} onClick={() => runNow(at)}>
          <Icon name="play" />
          {words.run}
        </button>
        <button className="main more" disabled={off} popoverTarget={id} aria-label={words.more} title={words.more}>
          <Icon name="down" />
        </button>
      </span>
      <Menu id={id} />
      <button className="plain" disabled={!running} title={`${words.stop} (Ctrl+Alt+Enter)`} onClick={() => stopNow(at)}>
        <Icon name="stop" />
        {words.stop}
      </button>
      <button className="plain" disabled={!waiting} onClick={clearRest}>
        <Icon name="close" />
        {waiting ? words.clearMany(waiting) : words.clear}
      </button>
    </section>
  );
}
