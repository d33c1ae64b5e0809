// The two lists of connecting by the keyboard: a socket of this node, then where its link goes.
import { useMemo, useState, type KeyboardEvent } from 'react';
import { Dialog } from '../app/Dialog.tsx';
import { useWords } from '../i18n/words.ts';
import '../style/palette.css';
import { offerNodes } from './adding.ts';
import { partnersOf, socketsOf, type Choice } from './connect-list.ts';
import { joinTo, type Held } from './connecting.ts';
import { atNow, exposeSocket } from './edit.ts';
import { slotIn, titleById } from './named.ts';
import { TypeMark } from './TypeMark.tsx';
import { announce } from './announce.ts';
import { shapeById, type NodeView, type SocketEnd } from './scene.ts';
import { inSubgraph, toScreen, view } from './view.ts';

const MOST = 200;

/** What its socket is called. */
function slotOf({ node, side, index, name }: SocketEnd): string {
  const shape = shapeById(view.scene, node);
  return slotIn((side === 'in' ? shape?.inputs : shape?.outputs)?.find((s) => s.index === index) ?? { name, label: name });
}

const heldBy = (end: SocketEnd): Held => ({ ends: [end], side: end.side === 'in' ? 'out' : 'in', type: end.type });

export function ConnectList({ from, held, close }: { from: SocketEnd | NodeView; held?: Held | undefined; close: () => void }) {
  const words = useWords().canvas;
  const [end, setEnd] = useState<SocketEnd | undefined>('side' in from ? from : undefined);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const { scene } = view;
  const all = useMemo(() => (end ? partnersOf(scene, end) : 'shape' in from ? socketsOf(scene, from) : []), [scene, end, from]);
  const wanted = text.trim().toLocaleLowerCase();
  const says = (c: Choice) => `${end ? c.title : ''} ${c.label} ${c.end.name} ${c.end.type}`.toLocaleLowerCase();
  const found = all.filter((c) => says(c).includes(wanted)).slice(0, MOST);
  const own = end && !held && inSubgraph() && !end.node.startsWith('-') && !scene.links.some((l) => end.side === 'in' && l.to === end.node && l.toSlot === end.index);
  const last = found.length + (end ? 1 : 0) + (own ? 1 : 0); // behind them: a new node, a socket of the subgraph

  function newNode(of: SocketEnd) {
    const p = toScreen(of.at);
    const x = of.at.x + (of.side === 'in' ? -320 : 120);
    close();
    offerNodes({ x: p.x, y: p.y }, held ?? heldBy(of), { x, y: of.at.y });
  }
  function exposeIt(of: SocketEnd) {
    exposeSocket(of);
    announce(words.commands.expose);
    close();
  }
  function pick(choice: Choice | undefined) {
    if (!end) {
      if (!choice) return;
      setEnd(choice.end);
      setText('');
      setAt(0);
      return;
    }
    if (!choice) return newNode(end);
    const here = atNow();
    const own = titleById(scene, end.node);
    if (here) joinTo(here, held ?? heldBy(end), choice.end);
    announce(words.connected(own, slotOf(end), choice.title, choice.label));
    close();
  }
  const title = end ? words.connectTo(slotOf(end)) : words.connectFrom;
  const key = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing || e.key === 'Process') return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (by !== undefined) setAt((at + by + Math.max(1, last)) % Math.max(1, last));
    else if (e.key === 'Enter') own && at === found.length + 1 ? exposeIt(end) : pick(found[at]);
    else return;
    e.preventDefault();
  };
  const option = (i: number, body: React.ReactNode, choice?: Choice, act = () => pick(choice)) => (
    <li
      key={i}
      id={`to-${i}`}
      role="option"
      aria-selected={i === at}
      ref={i === at ? (li) => li?.scrollIntoView({ block: 'nearest' }) : undefined}
      onPointerEnter={() => setAt(i)}
      onClick={act}
    >
      {body}
    </li>
  );
  return (
    <Dialog title={title} close={close} kind="palette">
      <input
        className="filter"
        data-focus
        role="combobox"
        aria-expanded
        aria-controls="sockets"
        aria-activedescendant={`to-${at}`}
        aria-label={words.filter}
        placeholder={title}
        value={text}
        onChange={(e) => {
          setText(e.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={key}
      />
      <ul id="sockets" className="sockets-list" role="listbox" aria-label={title}>
        {found.map((c, i) => option(i, (
          <>
            <TypeMark type={c.end.type} />
            <span>{end ? `${c.title} · ${c.label}` : c.label}</span>
            <small>{end ? words.numbered(c.end.node) : words.sides[c.end.side]}{c.linked.length > 0 && ` · ${words.linkedTo(c.linked.join(', '))}`}</small>
          </>
        ), c))}
        {end && option(found.length, <span>{words.newNode}</span>)}
        {own && option(found.length + 1, <span>{words.commands.expose}</span>, undefined, () => exposeIt(end))}
      </ul>
    </Dialog>
  );
}
