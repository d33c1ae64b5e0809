// A menu: by pointer and by keyboard, where a button or the pointer was. Menus of the bar and of the canvas are this one.
import { useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import { Icon } from './Icon.tsx';

export interface MenuItem {
  label: string;
  hint?: string | undefined; // its keys
  disabled?: boolean;
  on?: boolean | undefined; // switched on; undefined: not a switch
  line?: boolean | undefined; // a line stands above it
  run: () => void;
}

interface Props {
  label: string;
  items: readonly MenuItem[];
  at: { x: number; y: number };
  close: () => void;
  /** ← and → beyond the menu: to the next menu of a bar. */
  aside?: (by: 1 | -1) => void;
}

const items = (of: HTMLElement | null) => [...(of?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];

function step(menu: HTMLElement | null, by: 1 | -1, from = items(menu).indexOf(document.activeElement as HTMLElement)) {
  const all = items(menu);
  all[(from + by + all.length) % all.length]?.focus();
}

/** To the next entry that begins so. */
function seek(menu: HTMLElement | null, letter: string) {
  const all = items(menu);
  const at = all.indexOf(document.activeElement as HTMLElement);
  const found = [...all.slice(at + 1), ...all.slice(0, at + 1)].find((i) => i.textContent?.trim().toLowerCase().startsWith(letter));
  found?.focus();
}

export function Menu({ label, items: entries, at, close, aside }: Props) {
  const menu = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const it = menu.current;
    const before = document.activeElement;
    if (!it) return;
    const { width, height } = it.getBoundingClientRect();
    it.style.left = `${Math.max(4, Math.min(at.x, innerWidth - width - 4))}px`;
    it.style.top = `${Math.max(4, at.y + height > innerHeight - 4 ? Math.max(4, innerHeight - height - 4) : at.y)}px`;
    step(it, 1, -1);
    const outside = (e: PointerEvent) => !it.contains(e.target as Node) && close();
    addEventListener('pointerdown', outside, true);
    addEventListener('blur', close);
    return () => {
      removeEventListener('pointerdown', outside, true);
      removeEventListener('blur', close);
      if (it.contains(document.activeElement) && before instanceof HTMLElement) before.focus();
    };
  }, [at.x, at.y]);

  const key = (e: KeyboardEvent) => {
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') step(menu.current, e.key === 'ArrowDown' ? 1 : -1);
    else if (e.key === 'Home' || e.key === 'End') step(menu.current, e.key === 'Home' ? 1 : -1, e.key === 'Home' ? -1 : 0);
    else if (e.key === 'Escape' || e.key === 'Tab') close();
    else if (aside && (e.key === 'ArrowRight' || e.key === 'ArrowLeft')) aside(e.key === 'ArrowRight' ? 1 : -1);
    else if (e.key.length === 1 && e.key !== ' ' && !e.ctrlKey && !e.metaKey) seek(menu.current, e.key.toLowerCase());
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div className="menu" role="menu" aria-label={label} ref={menu} onKeyDown={key} onContextMenu={(e) => e.preventDefault()}>
      {entries.map((i, n) => (
        <button
          key={n}
          role={i.on === undefined ? 'menuitem' : 'menuitemcheckbox'}
          aria-checked={i.on}
          aria-disabled={i.disabled}
          data-line={i.line && n > 0}
          tabIndex={-1}
          onPointerEnter={(e) => e.currentTarget.focus()}
          onClick={() => !i.disabled && (close(), i.run())}
        >
          <span className="sign">{i.on && <Icon name="check" />}</span>
          <span className="label">{i.label}</span>
          {i.hint && <kbd>{i.hint}</kbd>}
        </button>
      ))}
    </div>
  );
}
