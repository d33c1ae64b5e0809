// More ways to run, and how seeds change: what the popover beside Run has in it.
import { useId, useState, type FormEvent } from 'react';
import { useActive } from '../app/documents.ts';
import { Icon } from '../app/Icon.tsx';
import { useKeys } from '../app/bound.ts';
import { useWords } from '../i18n/words.ts';
import { repeat, runNow, useRepeating } from './actions.ts';
import { askToNotify } from './notifying.ts';
import { usePreferences, type Preferences } from './preferences.ts';

const MOST_TIMES = 999;

function Times({ done }: { done: () => void }) {
  const words = useWords().run;
  const at = useActive();
  const [text, setText] = useState('10');
  const times = Math.min(MOST_TIMES, Math.max(1, Math.trunc(Number(text)) || 1));
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
        value={text}
        aria-label={words.count}
        onChange={(e) => setText(e.target.value)}
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
  if (!('Notification' in window)) return null;
  return (
    <label>
      <input type="checkbox" checked={notify} onChange={(e) => void askToNotify(e.target.checked)} />
      {words.notify}
    </label>
  );
}

export function RunMenu({ done }: { done: () => void }) {
  const words = useWords().run;
  const at = useActive();
  const keys = useKeys('run.first', 'Ctrl+Shift+Enter');
  const repeats = useRepeating((s) => at !== undefined && s.uids.has(at.doc.uid));
  const toggle = () => {
    if (!at) return;
    repeat(at.doc.uid, !repeats);
    if (!repeats) runNow(at);
    done();
  };
  return (
    <>
      <button onClick={() => (runNow(at, { first: true }), done())}>
        {words.first}
        {keys && <kbd>{keys}</kbd>}
      </button>
      <button onClick={() => (runNow(at, { partly: true }), done())}>{words.partly}</button>
      <Times done={done} />
      <button aria-pressed={repeats} onClick={toggle}>
        {words.again}
        {repeats && <Icon name="check" />}
      </button>
      <Seeds />
      <Notify />
    </>
  );
}
