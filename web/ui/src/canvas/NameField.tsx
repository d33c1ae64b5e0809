// A name while it is written, where it stands: Enter keeps it, and leaving it does; Escape does not.
import { useState, type CSSProperties, type KeyboardEvent } from 'react';
import { useHand } from './view.ts';

interface Props {
  of: string; // what is renamed: its key
  className: string;
  label: string;
  text: string;
  style?: CSSProperties;
  keep: (text: string) => void; // only when it is another one
}

export function NameField({ of, className, label, text: before, style, keep }: Props) {
  const [text, setText] = useState(before);
  const end = (kept: boolean) => {
    if (useHand.getState().renaming !== of) return;
    useHand.setState({ renaming: undefined });
    if (kept && text.trim() !== before) keep(text.trim());
    document.querySelector<HTMLElement>('.graph')?.focus({ preventScroll: true });
  };
  const key = (e: KeyboardEvent) => {
    e.stopPropagation();
    if (e.nativeEvent.isComposing || e.key === 'Process') return;
    if (e.key === 'Enter') end(true);
    if (e.key === 'Escape') end(false);
  };
  return (
    <input
      className={className}
      style={style}
      aria-label={label}
      value={text}
      autoFocus
      onFocus={(e) => e.currentTarget.select()}
      onChange={(e) => setText(e.currentTarget.value)}
      onKeyDown={key}
      onBlur={() => end(true)}
    />
  );
}
