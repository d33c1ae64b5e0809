// One field to everything: commands (>), nodes that are here (@), nodes to add (#), settings (/). Enter takes the first.
import { useDeferredValue, useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { useDialogWords } from '../i18n/dialogs.ts';
import { useWords } from '../i18n/words.ts';
import { Dialog } from './Dialog.tsx';
import { offers } from './offers.ts';
import { refreshStored, useStored } from './stored.ts';
import '../style/palette.css';

const MOST = 60;

export function Palette({ text, close }: { text: string; close: () => void }) {
  const words = useWords();
  const said = useDialogWords().palette;
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const [query, setQuery] = useState(text);
  const [at, setAt] = useState(0);
  const shown = useDeferredValue(query);
  useStored((s) => s.files); // found once they are heard of
  const found = offers(shown, words).slice(0, MOST);
  const chosen = Math.min(at, found.length - 1);

  useEffect(() => void refreshStored(), []);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  /** Who types and presses Enter at once means what was typed, not what is still shown. */
  const take = (n: number) => {
    const offer = (shown === query ? found : offers(query, words))[n];
    if (!offer || offer.disabled) return;
    close();
    offer.run();
  };
  const key = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return;
    if (e.key === 'ArrowDown') setAt((chosen + 1) % Math.max(1, found.length));
    else if (e.key === 'ArrowUp') setAt((chosen - 1 + found.length) % Math.max(1, found.length));
    else if (e.key === 'Enter') take(chosen);
    else return;
    e.preventDefault();
  };
  return (
    <Dialog title={said.title} kind="palette" close={close}>
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found.length ? `${id}${chosen}` : undefined}
        aria-label={said.title}
        placeholder={said.placeholder}
        value={query}
        data-focus
        spellCheck={false}
        onChange={(e) => (setQuery(e.target.value), setAt(0))}
        onKeyDown={key}
      />
      <ul id={id} role="listbox" aria-label={said.title} ref={list}>
        {found.map((o, n) => (
          <li
            key={o.id}
            id={`${id}${n}`}
            role="option"
            aria-selected={n === chosen}
            aria-disabled={o.disabled}
            onPointerMove={() => n !== chosen && setAt(n)}
            onClick={() => take(n)}
          >
            <span className="label">{o.label}</span>
            {o.note && <span className="note">{o.note}</span>}
            {o.keys && <kbd>{o.keys}</kbd>}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="none">{said.none}</p>}
      <p className="ways">{said.ways.map((w) => <span key={w}>{w}</span>)}</p>
    </Dialog>
  );
}
