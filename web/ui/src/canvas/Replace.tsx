// Classes for the place of a node, or of several of one class: those that keep its links first. One press replaces them, as one step.
import { useMemo, useState, type KeyboardEvent } from 'react';
import { Dialog } from '../app/Dialog.tsx';
import { useSettings } from '../app/settings.ts';
import { say } from '../app/toasts.ts';
import { classTitle } from '../defs/labels.ts';
import { search } from '../defs/search.ts';
import { usesOf } from '../defs/uses.ts';
import { likely, replaceNodes, type Likely } from '../doc/replace.ts';
import { useRoom } from '../i18n/room.ts';
import { replacing } from '../i18n/words/replacing.ts';
import '../style/palette.css';
import { announce } from './announce.ts';
import { atNow, nodesMeant } from './edit.ts';
import { titleIn } from './names.ts';
import { choose, focusOn } from './select.ts';

const MOST = 200;

export function Replace({ close }: { close: () => void }) {
  const words = useRoom(replacing);
  const naming = useSettings((s) => s.naming);
  const [at] = useState(atNow);
  const [nodes] = useState(nodesMeant);
  const [text, setText] = useState('');
  const [here, setHere] = useState(0);
  const all = useMemo(() => (at ? likely(at, nodes.map((n) => n.shape.id)) : []), [at, nodes]);
  const [first] = nodes;
  if (!at || !first) return null;

  const found = text.trim() ? new Set(search(at.defs, { query: text, uses: usesOf() })) : undefined;
  const shown = all.filter((l) => !found || found.has(l.def)).slice(0, MOST);
  const title = nodes.length === 1 ? words.title(titleIn(first, naming)) : words.many(nodes.length);

  const put = ({ def }: Likely) => {
    const { made, lost } = replaceNodes(at.doc, at.defs, nodes.map((n) => ({ graph: at.graph, id: n.shape.id })), def.name);
    const keys = made.map((m) => `node:${m.id}`);
    const says = [words.done(classTitle(def, naming)), ...(lost ? [words.lost(lost)] : [])].join(', ');
    close();
    choose(keys);
    if (keys[0]) focusOn(keys[0]);
    if (lost) say(() => says);
    else announce(says);
  };
  const key = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing || e.key === 'Process') return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    const it = shown[here];
    if (by !== undefined) setHere((here + by + shown.length) % Math.max(1, shown.length));
    else if (e.key === 'Enter' && it) put(it);
    else return;
    e.preventDefault();
  };
  return (
    <Dialog title={title} close={close} kind="palette">
      <input
        className="filter"
        data-focus
        role="combobox"
        aria-expanded
        aria-controls="likely"
        aria-activedescendant={`likely-${here}`}
        aria-label={title}
        placeholder={title}
        value={text}
        onChange={(e) => (setText(e.currentTarget.value), setHere(0))}
        onKeyDown={key}
      />
      <ul id="likely" className="sockets-list" role="listbox" aria-label={title}>
        {shown.map((l, i) => (
          <li key={l.def.name} id={`likely-${i}`} role="option" aria-selected={i === here} title={l.def.name}
              ref={i === here ? (li) => li?.scrollIntoView({ block: 'nearest' }) : undefined} onPointerMove={() => setHere(i)} onClick={() => put(l)}>
            <span>{classTitle(l.def, naming)}</span>
            <small data-lost={l.lost > 0}>{l.lost ? words.lost(l.lost) : words.fits}</small>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p>{words.none}</p>}
    </Dialog>
  );
}
