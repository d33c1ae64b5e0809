// The links of the nodes that are meant: each is cut by itself, or all at once; each gets a point, or leads to the one it has.
import { useReducer, useState } from 'react';
import { Dialog } from '../app/Dialog.tsx';
import { Icon, type IconName } from '../app/Icon.tsx';
import type { Document } from '../doc/document.ts';
import { linksOf, type Id, type Link } from '../doc/links.ts';
import { removeLinks } from '../doc/ops-links.ts';
import { addReroute } from '../doc/ops-reroutes.ts';
import type { At } from '../doc/wire.ts';
import { useRoom } from '../i18n/room.ts';
import { cutting } from '../i18n/words/cutting.ts';
import '../style/cutting.css';
import { announce } from './announce.ts';
import { grown, holds } from './boxes.ts';
import { freeMiddle, nearest } from './curve.ts';
import { atNow, nodesMeant } from './edit.ts';
import { goToStop } from './going.ts';
import { slotIn, titleById } from './named.ts';
import { shapeById, type NodeView } from './scene.ts';
import { TypeMark } from './TypeMark.tsx';
import { view } from './view.ts';

/** Links that end or begin at one of the nodes, inputs first. */
function linksAt({ doc, graph }: { doc: Document; graph: At['graph'] }, nodes: readonly NodeView[]): Link[] {
  const links = linksOf(doc, graph);
  const all = nodes.flatMap(({ shape }) => [...links.into(shape.id), ...links.from(shape.id)]);
  return [...new Map(all.map((link) => [String(link.id), link])).values()];
}

function end(node: Id, side: 'inputs' | 'outputs', index: number): { title: string; label: string } {
  const shape = shapeById(view.scene, String(node));
  const socket = shape?.[side].find((s) => s.index === index);
  return { title: titleById(view.scene, String(node)), label: socket ? slotIn(socket) : String(index) };
}

export function CutList({ close }: { close: () => void }) {
  const words = useRoom(cutting);
  const [, changed] = useReducer((n: number) => n + 1, 0);
  const [at] = useState(atNow);
  const [nodes] = useState(nodesMeant);
  if (!at || !nodes[0]) return null;
  const own = new Set(nodes.map((n) => n.id));
  const links = linksAt(at, nodes);
  const textOf = (link: Link) => {
    const [from, to] = [end(link.from, 'outputs', link.fromSlot), end(link.to, 'inputs', link.toSlot)];
    return own.has(String(link.to)) ? words.into(to.label, `${from.title} · ${from.label}`) : words.out(from.label, `${to.title} · ${to.label}`);
  };
  const cut = (some: readonly Link[]) => {
    removeLinks(at, some.map((l) => l.id));
    announce(words.done(some.length));
    if (some.length === links.length) close();
    else changed();
  };
  /** To its first point; one without gets one in its middle. */
  const point = (link: Link) => {
    const drawn = view.scene.linkByKey.get(`link:${link.id}`);
    const there = drawn?.owners.find((o) => o.startsWith('reroute:'));
    if (!drawn) return;
    const p = freeMiddle(drawn.points, (p) => view.scene.nodes.some((n) => holds(grown(n, 12), p)));
    close();
    if (there) return goToStop(there);
    goToStop(`reroute:${addReroute(at, link.id, [Math.round(p.x), Math.round(p.y)], nearest(drawn.points, p).behind)}`);
    announce(words.set);
  };
  const has = (link: Link) => view.scene.linkByKey.get(`link:${link.id}`)?.owners.some((o) => o.startsWith('reroute:'));
  const button = (icon: IconName, label: string, act: () => void, first = false) => (
    <button className="icon" data-focus={first ? '' : undefined} aria-label={label} title={label} onClick={act}>
      <Icon name={icon} />
    </button>
  );
  return (
    <Dialog title={nodes.length === 1 ? words.title(titleById(view.scene, nodes[0].id)) : words.many(nodes.length)} close={close}
            foot={links.length > 1 && <button className="plain" onClick={() => cut(links)}>{words.all}</button>}>
      {links.length === 0 && <p>{words.none}</p>}
      <ul className="cutting">
        {links.map((link, i) => (
          <li key={String(link.id)}>
            <TypeMark type={String(link.type)} />
            <span>{textOf(link)}</span>
            {button('point', (has(link) ? words.goTo : words.point)(textOf(link)), () => point(link))}
            {button('close', words.cut(textOf(link)), () => cut([link]), i === 0)}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
