// Ctrl+F: a field above the graph, the nodes that fit it, and the canvas at the one that is chosen.
import { useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { Icon } from '../app/Icon.tsx';
import { useSettings } from '../app/settings.ts';
import { useWords } from '../i18n/words.ts';
import { goTo } from './camera.ts';
import { langOf } from '../i18n/lang.ts';
import { titleIn } from './names.ts';
import type { Scene } from './scene.ts';
import { findNodes } from './search.ts';
import { useHand, view } from './view.ts';

const MOST = 8;

export function Find({ scene }: { scene: Scene }) {
  const words = useWords().canvas;
  const naming = useSettings((s) => s.naming);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const found = useMemo(() => findNodes(scene.nodes, text), [scene, text]);
  const first = Math.max(0, Math.min(at - 3, found.length - MOST));

  useLayoutEffect(() => field.current?.focus(), []); // before the next key is pressed
  const close = () => {
    useHand.setState({ find: false });
    document.querySelector<HTMLElement>('.graph')?.focus();
  };
  const go = (to: number) => {
    const node = found[to];
    if (!node) return;
    setAt(to);
    goTo(view.uid, scene.prefix + node.id);
  };
  const key = (e: KeyboardEvent) => {
    e.stopPropagation();
    if (e.nativeEvent.isComposing || e.key === 'Process') return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (e.key === 'Escape') close();
    else if (by !== undefined && found.length) go((at + by + found.length) % found.length);
    else if (e.key === 'Enter' && found.length) go(e.shiftKey ? (at - 1 + found.length) % found.length : at);
    else return;
    e.preventDefault();
    if (e.key === 'Enter' && !e.shiftKey) setAt((at + 1) % Math.max(1, found.length));
  };
  return (
    <search className="graph-find nopan nowheel">
      <div className="line">
        <Icon name="search" />
        <input
          ref={field}
          role="combobox"
          aria-expanded={found.length > 0}
          aria-controls="found"
          aria-activedescendant={found[at] ? `found-${at}` : undefined}
          aria-label={words.find}
          placeholder={words.findHint}
          value={text}
          onChange={(e) => {
            setText(e.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={key}
        />
        <span className="count" role="status">{text.trim() === '' ? '' : words.found(found.length)}</span>
        <button className="icon" aria-label={words.closeFind} title={words.closeFind} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <ul id="found" role="listbox" aria-label={words.find} hidden={!found.length}>
        {found.slice(first, first + MOST).map((node, i) => (
          <li key={node.key} id={`found-${first + i}`} role="option" aria-selected={first + i === at} onClick={() => go(first + i)}>
            <span lang={langOf(titleIn(node, naming), naming)}>{titleIn(node, naming)}</span>
            <small>{words.numbered(node.id)}</small>
          </li>
        ))}
      </ul>
    </search>
  );
}
