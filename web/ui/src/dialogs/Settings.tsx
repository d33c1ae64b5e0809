// How the page looks and behaves in this browser; each choice acts at once.
import { useId } from 'react';
import { Dialog } from '../app/Dialog.tsx';
import { options, type Option } from '../app/options.ts';
import { useSettings } from '../app/settings.ts';
import { useDialogWords } from '../i18n/dialogs.ts';
import { useWords } from '../i18n/words.ts';
import { usePreferences } from '../run/preferences.ts';
import '../style/settings.css';

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

export function Settings({ close }: { close: () => void }) {
  const words = useDialogWords().settings;
  useSettings();
  usePreferences();
  return (
    <Dialog title={words.title} kind="settings" close={close}>
      {options.map((o) => (
        <Row key={o.id} option={o} />
      ))}
      <p className="hint">{words.kept}</p>
    </Dialog>
  );
}
