// What the page said since it was loaded, the newest first: short sentences, and what was not worth one.
import { useLog } from '../app/toasts.ts';
import { clock } from '../i18n/format.ts';
import { useDialogWords } from '../i18n/dialogs.ts';
import { useWords } from '../i18n/words.ts';
import '../style/log.css';

export function LogBody() {
  const words = useWords();
  const { nothing } = useDialogWords().log;
  const lines = useLog((s) => s.lines);
  if (!lines.length) return <p className="nothing">{nothing}</p>;
  return (
    <ol className="log-lines" tabIndex={0} aria-label={words.app.panels.log}>
      {lines.toReversed().map((l) => (
        <li key={l.id} data-bad={l.bad}>
          <time dateTime={new Date(l.at).toISOString()}>{clock(l.at, words.locale)}</time>
          <span>{l.says(words)}</span>
        </li>
      ))}
    </ol>
  );
}
