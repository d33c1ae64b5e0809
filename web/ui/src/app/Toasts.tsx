// What was said lately, for eyes and for screen readers.
import { useWords } from '../i18n/words.ts';
import { Icon } from './Icon.tsx';
import { dismiss, useToasts } from './toasts.ts';

export function Toasts() {
  const words = useWords();
  const toasts = useToasts((s) => s.toasts);
  return (
    <div className="toasts" aria-live="polite">
      {toasts.map((t) => (
        <div className="toast" key={t.id} data-bad={t.bad}>
          <Icon name={t.bad ? 'warning' : 'check'} />
          <span>{t.says(words)}</span>
          {t.action && (
            <button className="text" onClick={() => (t.action?.run(), dismiss(t.id))}>
              {t.action.label(words)}
            </button>
          )}
          <button className="icon" aria-label={words.app.dismiss} title={words.app.dismiss} onClick={() => dismiss(t.id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
