// The menu that is open on the canvas.
import { can, type Command } from '../app/command.ts';
import { commands } from '../app/commands.ts';
import { activeDocument } from '../app/documents.ts';
import { Menu, type MenuItem } from '../app/Menu.tsx';
import { itemOf } from '../app/MenuBar.tsx';
import { removeSlot, type Side } from '../doc/edge.ts';
import { isPinned } from '../doc/linear.ts';
import type { Words } from '../i18n/languages.ts';
import { useWords } from '../i18n/words.ts';
import { canPin, fieldAt, togglePin } from '../linear/pins.ts';
import { offerNodes } from './adding.ts';
import { showEdges } from './asking.ts';
import { take } from './connecting.ts';
import { showConnect } from './connect-list.ts';
import { showGrid } from '../run/commands.ts';
import { atNow, cutLinks, exposeSocket } from './edit.ts';
import type { Hit } from './hit.ts';
import { useMenu } from './menus.ts';
import { startInserting } from './presses.ts';
import type { SocketEnd } from './scene.ts';
import { inSubgraph, toCanvas, view } from './view.ts';

type Place = 'node' | 'canvas' | 'link' | 'group';

/** Of the bar's menus, what one looks for on the ground, too. */
const ON_GROUND = ['graph.add', 'edit.paste', 'edit.undo', 'edit.redo', 'edit.selectAll', 'view.fitAll'];

function commandsOf(place: Place | undefined): readonly Command[] {
  if (place !== 'canvas') return commands.filter((c) => c.menu === place);
  const known = ON_GROUND.flatMap((id) => commands.find((c) => c.id === id) ?? []);
  return [...known, ...commands.filter((c) => c.menu === 'canvas' && !known.includes(c))];
}

const placeOf: Record<Hit['kind'], Place | undefined> = {
  node: 'node', reroute: 'link', link: 'link', group: 'group', empty: 'canvas', edge: 'canvas', socket: undefined,
};

/** The subgraph's own inputs lead into it from the left, where they are what links begin at. */
function removeOwn(end: SocketEnd) {
  const at = atNow();
  const side: Side = end.side === 'out' ? 'inputs' : 'outputs';
  if (at) removeSlot(at, side, end.index);
}

/** What can be done to a socket. */
function itemsOfSocket(hit: Extract<Hit, { kind: 'socket' }>, at: { x: number; y: number }, words: Words): MenuItem[] {
  const { end, socket } = hit;
  const ids = view.scene.links
    .filter((l) => (end.side === 'in' ? l.to === end.node && l.toSlot === end.index : l.from === end.node && l.fromSlot === end.index))
    .map((l) => l.id);
  const graph = document.querySelector('.graph')?.getBoundingClientRect();
  const here = { x: at.x - (graph?.x ?? 0), y: at.y - (graph?.y ?? 0) };
  const held = take(view.scene, end, { ...socket, links: [] }, false);
  const aside = { x: here.x + (end.side === 'in' ? -360 : 60), y: here.y };
  return [
    { label: words.canvas.commands.connect, run: () => showConnect(end) },
    { label: words.canvas.commands.newNode, run: () => offerNodes(here, held, toCanvas(aside)) },
    ...(end.node.startsWith('-')
      ? [{ label: words.canvas.commands.rename, run: showEdges }, { label: words.canvas.commands.delete, run: () => removeOwn(end) }]
      : []),
    ...(inSubgraph() && !end.node.startsWith('-') ? [{ label: words.canvas.commands.expose, run: () => exposeSocket(end) }] : []),
    { label: words.canvas.commands.cutLinks, line: true, disabled: !ids.length, run: () => cutLinks(ids) },
  ];
}

/** The field that was pressed, to be had in the App view. */
function itemsOfField(hit: Hit, at: { x: number; y: number }, words: Words): MenuItem[] {
  const opened = activeDocument();
  const graph = document.querySelector('.graph')?.getBoundingClientRect();
  const field = hit.kind === 'node' ? fieldAt(hit.node, toCanvas({ x: at.x, y: at.y - (graph?.y ?? 0) }).y) : undefined;
  if (!opened || !field || hit.kind !== 'node' || !canPin(opened)) return [];
  const { id } = hit.node.shape;
  return [
    { label: words.views.pinField, on: isPinned(opened.doc, id, field.name), run: () => togglePin(opened, id, field.name) },
    { label: `${words.run.vary} · ${field.label}`, run: () => void showGrid(opened, String(id), field.name) },
  ];
}

/** A link gets a point where it was pressed. */
function itemsOfLink(hit: Hit, at: { x: number; y: number }, words: Words): MenuItem[] {
  const graph = document.querySelector('.graph')?.getBoundingClientRect();
  const here = { x: at.x - (graph?.x ?? 0), y: at.y - (graph?.y ?? 0) };
  return hit.kind === 'link' ? [{ label: words.canvas.commands.point, run: () => startInserting(hit, toCanvas(here), here) }] : [];
}

export function Menus() {
  const words = useWords();
  const open = useMenu((s) => s.open);
  if (!open) return null;
  const { hit, at } = open;
  const opened = activeDocument();
  const place = placeOf[hit.kind];
  const items =
    hit.kind === 'socket'
      ? itemsOfSocket(hit, at, words)
      : [...itemsOfField(hit, at, words), ...itemsOfLink(hit, at, words), ...commandsOf(place).filter((c) => can(c, opened)).map((c) => itemOf(c, opened, words))];
  return <Menu label={words.canvas.menu} items={items} at={at} close={() => useMenu.setState({ open: undefined })} />;
}
