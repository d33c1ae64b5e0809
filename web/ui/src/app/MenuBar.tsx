// File, Edit, View, Run, Help: the commands by where one looks for them.
import { useRef, useState, type KeyboardEvent } from 'react';
import { useWords } from '../i18n/words.ts';
import type { Words } from '../i18n/languages.ts';
import { shown } from './chords.ts';
import { can, type Command } from './command.ts';
import { commands } from './commands.ts';
import { activeDocument, type Opened } from './documents.ts';
import { keysOf, onMac } from './bound.ts';
import { Menu, type MenuItem } from './Menu.tsx';

const MENUS = ['file', 'edit', 'view', 'run', 'help'] as const;
type Name = (typeof MENUS)[number];

/** A command as a menu shows it now. */
export function itemOf(command: Command, at: Opened | undefined, words: Words): MenuItem {
  const keys = keysOf(command)[0];
  return {
    label: command.label(words),
    hint: keys && shown(keys, onMac),
    disabled: !can(command, at),
    on: command.on?.(at),
    line: command.line,
    run: () => command.run(activeDocument()),
  };
}

export function MenuBar() {
  const words = useWords();
  const bar = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<Name>();
  const there = MENUS.filter((m) => commands.some((c) => c.menu === m));
  const button = (name: Name) => bar.current?.querySelector<HTMLElement>(`[data-menu="${name}"]`);
  const box = open && button(open)?.getBoundingClientRect();

  const beside = (name: Name, by: 1 | -1) => there[(there.indexOf(name) + by + there.length) % there.length] ?? name;
  const key = (name: Name) => (e: KeyboardEvent) => {
    if (e.key === 'ArrowDown' || e.key === 'Enter' || e.key === ' ') setOpen(name);
    else if (e.key === 'ArrowRight' || e.key === 'ArrowLeft') button(beside(name, e.key === 'ArrowRight' ? 1 : -1))?.focus();
    else return;
    e.preventDefault();
  };
  return (
    <>
      <div className="menubar" role="menubar" aria-label={words.app.menus.label} ref={bar}>
        {there.map((name, i) => (
          <button
            key={name}
            role="menuitem"
            data-menu={name}
            aria-haspopup="menu"
            aria-expanded={open === name}
            tabIndex={i === 0 ? 0 : -1}
            onPointerDown={(e) => {
              if (e.button !== 0) return;
              e.preventDefault();
              setOpen(open === name ? undefined : name);
            }}
            onPointerEnter={() => open && setOpen(name)}
            onKeyDown={key(name)}
          >
            {words.app.menus[name]}
          </button>
        ))}
      </div>
      {open && box && (
        <Menu
          key={open}
          label={words.app.menus[open]}
          at={{ x: box.left, y: box.bottom }}
          items={commands.filter((c) => c.menu === open).map((c) => itemOf(c, activeDocument(), words))}
          close={() => setOpen(undefined)}
          aside={(by) => setOpen(beside(open, by))}
        />
      )}
    </>
  );
}
