// File, Edit, View, Run, Help: the commands by where one looks for them.
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useWords } from '../i18n/words.ts';
import type { Words } from '../i18n/languages.ts';
import { shown } from './chords.ts';
import { can, type Command } from './command.ts';
import { commands } from './commands.ts';
import { activeDocument, type Opened } from './documents.ts';
import { onMac, shownOf } from './bound.ts';
import { Menu, type MenuItem } from './Menu.tsx';
import { perform } from './perform.ts';

const MENUS = ['file', 'edit', 'view', 'run', 'help'] as const;
type Menus = (typeof MENUS)[number];
type Name = Menus | 'more';

/** On a narrow screen one menu has what a person without a keyboard looks for. */
const inMenu = (name: Name) => (c: Command) => (name === 'more' ? c.menu === 'file' || c.menu === 'run' || c.menu === 'help' : c.menu === name);

/** A command as a menu shows it now. */
export function itemOf(command: Command, at: Opened | undefined, words: Words): MenuItem {
  const keys = shownOf(command)[0];
  return {
    label: command.label(words),
    hint: keys && shown(keys, onMac),
    disabled: !can(command, at),
    on: command.on?.(at),
    line: command.line,
    run: () => perform(command, activeDocument()),
  };
}

export function MenuBar() {
  const words = useWords();
  const bar = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<Name>();
  const there = MENUS.filter((m) => commands.some((c) => c.menu === m));
  const button = (name: Name) => bar.current?.querySelector<HTMLElement>(`[data-menu="${name}"]`);
  const box = open && button(open)?.getBoundingClientRect();

  const beside = (name: Name, by: 1 | -1) => (name === 'more' ? name : (there[(there.indexOf(name) + by + there.length) % there.length] ?? name));
  const title = (name: Name) => (name === 'more' ? words.app.menus.label : words.app.menus[name]);
  const press = (name: Name) => (e: PointerEvent) => {
    if (e.button !== 0) return;
    e.preventDefault();
    setOpen(open === name ? undefined : name);
  };
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
            onPointerDown={press(name)}
            onPointerEnter={() => open && setOpen(name)}
            onKeyDown={key(name)}
          >
            {words.app.menus[name]}
          </button>
        ))}
        <button role="menuitem" data-menu="more" aria-haspopup="menu" aria-expanded={open === 'more'} aria-label={words.app.menus.label}
                onPointerDown={press('more')} onKeyDown={key('more')}>
          …
        </button>
      </div>
      {open && box && (
        <Menu
          key={open}
          label={title(open)}
          at={{ x: box.left, y: box.bottom }}
          items={commands.filter(inMenu(open)).map((c) => itemOf(c, activeDocument(), words))}
          close={() => setOpen(undefined)}
          aside={(by) => setOpen(beside(open, by))}
        />
      )}
    </>
  );
}
