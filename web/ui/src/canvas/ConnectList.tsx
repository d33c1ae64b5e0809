// The two lists of connecting by the keyboard: a socket of this node, then where its link goes.
import { useMemo, useState } from 'react';
import { PickList, type PickRow } from '../app/PickList.tsx';
import { useWords } from '../i18n/words.ts';
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
  const { scene } = view;
  const all = useMemo(() => (end ? partnersOf(scene, end) : 'shape' in from ? socketsOf(scene, from) : []), [scene, end, from]);

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
  function join(of: SocketEnd, choice: Choice) {
    const here = atNow();
    const own = titleById(scene, of.node);
    if (here) joinTo(here, held ?? heldBy(of), choice.end);
    announce(words.connected(own, slotOf(of), choice.title, choice.label));
    close();
  }
  const rowOf = (c: Choice): PickRow => ({
    id: `${c.end.node} ${c.end.side} ${c.end.index}`,
    act: () => (end ? join(end, c) : setEnd(c.end)),
    body: (
      <>
        <TypeMark type={c.end.type} />
        <span className="label">{end ? `${c.title} · ${c.label}` : c.label}</span>
        <span className="note">{end ? words.numbered(c.end.node) : words.sides[c.end.side]}{c.linked.length > 0 && ` · ${words.linkedTo(c.linked.join(', '))}`}</span>
      </>
    ),
  });
  const plain = (id: string, says: string, act: () => void): PickRow => ({ id, act, body: <span className="label">{says}</span> });

  const rows = (text: string) => {
    const wanted = text.trim().toLocaleLowerCase();
    const says = (c: Choice) => `${end ? c.title : ''} ${c.label} ${c.end.name} ${c.end.type}`.toLocaleLowerCase();
    const found = all.filter((c) => says(c).includes(wanted)).slice(0, MOST).map(rowOf);
    if (!end) return found;
    const own = !held && inSubgraph() && !end.node.startsWith('-') && !scene.links.some((l) => end.side === 'in' && l.to === end.node && l.toSlot === end.index);
    return [...found, plain('new', words.newNode, () => newNode(end)), ...(own ? [plain('own', words.commands.expose, () => exposeIt(end))] : [])];
  };
  return <PickList title={end ? words.connectTo(slotOf(end)) : words.connectFrom} label={words.filter} rows={rows} close={close} />;
}
