// What was said lately, for eyes and for screen readers: failures of what one just did at once, all else when there is time.
import { useRef } from 'react';
import { useWords } from '../i18n/words.ts';
import { Icon } from './Icon.tsx';
import { useKeptFocus } from './kept-focus.ts';
import { dismiss, hold, MOST, useToasts, type Toast } from './toasts.ts';

function One({ toast: { id, bad, says, action } }: { toast: Toast }) {
  const words = useWords();
  return (
    <div className="toast" data-bad={bad}>
      <Icon name={bad ? 'warning' : 'check'} />
      <span>{says(words)}</span>
      {action && (
        <button className="text" onClick={() => (action.run(), dismiss(id))}>
          {action.label(words)}
        </button>
      )}
      <button className="icon" aria-label={words.app.dismiss} title={words.app.dismiss} onClick={() => dismiss(id)}>
        <Icon name="close" />
      </button>
    </div>
  );
}

export function Toasts() {
  const words = useWords().app;
  const toasts = useToasts((s) => s.toasts);
  const older = Math.max(0, toasts.length - MOST);
  const box = useRef<HTMLDivElement>(null);
  const part = (own: boolean) => toasts.slice(-MOST).filter((t) => t.own === own).map((t) => <One key={t.id} toast={t} />);
  useKeptFocus(box, '.toast', '.graph');
  return (
    <div className="toasts" ref={box} onPointerEnter={() => hold(true)} onPointerLeave={() => hold(false)} onFocus={() => hold(true)} onBlur={() => hold(false)}>
      {older > 0 && <p className="older">{words.older(older)}</p>}
      <div aria-live="polite">{part(false)}</div>
      <div aria-live="assertive">{part(true)}</div>
    </div>
  );
}
