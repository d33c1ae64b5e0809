// How the page looks and behaves in this browser; each choice acts at once.
import { useId, useState, type KeyboardEvent } from 'react';
import { Dialog } from '../app/Dialog.tsx';
import { late } from '../app/late.ts';
import { options, type Option } from '../app/options.ts';
import { useSettings } from '../app/settings.ts';
import { useDialogWords } from '../i18n/dialogs.ts';
import { useRoom } from '../i18n/room.ts';
import { useWords } from '../i18n/words.ts';
import { choices } from '../i18n/words/choices.ts';
import { usePreferences } from '../run/preferences.ts';
import '../style/keyboard.css';
import '../style/settings.css';

const Keyboard = late(async () => (await import('./Keyboard.tsx')).Keyboard);

function Row({ option }: { option: Option }) {
  const words = useWords();
  const name = useId();
  const now = option.now();
  return (
    <fieldset className="option">
      <legend>
        {option.label(words)}
        {option.hint && <span className="hint">{option.hint(words)}</span>}
      </legend>
      <div className="segments">
        {option.choices.map((c) => (
          <label key={c.value} data-on={now === c.value}>
            <input type="radio" name={name} checked={now === c.value} onChange={() => option.set(c.value)} />
            <span lang={c.lang}>{c.label(words)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function General() {
  const words = useDialogWords().settings;
  useSettings();
  usePreferences();
  return (
    <>
      {options.map((o) => (
        <Row key={o.id} option={o} />
      ))}
      <p className="hint">{words.kept}</p>
    </>
  );
}

const PAGES = ['general', 'keyboard'] as const;
type Page = (typeof PAGES)[number];

export function Settings({ page, close }: { page: Page; close: () => void }) {
  const words = useDialogWords().settings;
  const said = useRoom(choices);
  const id = useId();
  const [at, setAt] = useState<Page>(page);
  const key = (e: KeyboardEvent) => {
    if (e.key !== 'ArrowRight' && e.key !== 'ArrowLeft') return;
    const next = at === 'general' ? 'keyboard' : 'general';
    setAt(next);
    document.getElementById(`${id}${next}`)?.focus();
  };
  return (
    <Dialog title={words.title} kind="settings" close={close}>
      <div className="pages" role="tablist" aria-label={said.pages} onKeyDown={key}>
        {PAGES.map((p) => (
          <button key={p} id={`${id}${p}`} role="tab" aria-selected={p === at} aria-controls={`${id}page`} tabIndex={p === at ? 0 : -1} onClick={() => setAt(p)}>
            {said[p]}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}page`} aria-labelledby={`${id}${at}`}>
        {at === 'general' ? <General /> : <Keyboard />}
      </div>
    </Dialog>
  );
}
