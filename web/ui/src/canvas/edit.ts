// What is done to the graph on the screen, by hand or by a command: each calls doc/ops, and chooses what came of it.
import { flushSync } from 'react-dom';
import { useDefs } from '../defs/defs.ts';
import { expose } from '../doc/edge.ts';
import { withMembers } from '../doc/clipboard.ts';
import type { Id } from '../doc/links.ts';
import { renameNode, resizeNode, setFlag, setMode } from '../doc/ops.ts';
import { groupItems } from '../doc/ops-groups.ts';
import { removeLinks } from '../doc/ops-links.ts';
import { itemsOf, removeItems, type Items } from '../doc/ops-nodes.ts';
import type { At } from '../doc/wire.ts';
import { wordsNow } from '../i18n/words.ts';
import { announce } from './announce.ts';
import { choose, chosen, focusOn } from './select.ts';
import type { NodeView, SocketEnd } from './scene.ts';
import { useHand, view } from './view.ts';
import { middleOf, stopOf, type Stop } from './walk.ts';

/** Where edits go; undefined: nothing is open. */
export function atNow(): At | undefined {
  const { doc, graph } = view.scene;
  return doc && graph ? { doc, graph, defs: useDefs.getState().defs } : undefined;
}

export function itemsChosen(at: At): Required<Items> {
  return itemsOf(at, chosen());
}

export const nodesChosen = (): NodeView[] => view.scene.nodes.filter((n) => chosen().has(n.key));

/** The chosen nodes, or the one that the keyboard is at. */
export function nodesMeant(): NodeView[] {
  const nodes = nodesChosen();
  const { focus } = useHand.getState();
  const at = view.scene.byKey.get(focus ?? '');
  return nodes.length || !at ? nodes : [at];
}

/** The nearest node of those that stay, so that the keyboard is not lost with what goes. */
function neighbourOf(from: Stop, gone: ReadonlySet<string>): NodeView | undefined {
  return middleOf(view.scene.nodes.filter((n) => !gone.has(n.key)), from);
}

/** What is cut goes as it was copied: groups with what is in them. */
export function cutChosen() {
  const at = atNow();
  if (at) remove(at, withMembers(at, itemsChosen(at)));
}

export function removeChosen(through = false) {
  const at = atNow();
  if (at) remove(at, itemsChosen(at), through);
}

function remove(at: At, items: Required<Items>, through = false) {
  const { nodes, links, reroutes, groups } = items;
  const gone = new Set([...nodes.map((id) => `node:${id}`), ...reroutes.map((id) => `reroute:${id}`), ...groups.map((n) => `group:${n}`)]);
  const stop = stopOf(view.scene, useHand.getState().focus);
  const lost = stop && (gone.has(stop.key) || (groups.length > 0 && stop.key.startsWith('group:'))); // groups are known by their number
  const next = lost ? neighbourOf(stop, gone) : undefined;

  removeItems(at, items, through);
  choose([]);
  announce(wordsNow().canvas.removed(nodes.length, links.length, reroutes.length));
  if (next) focusOn(next.key);
}

/** Muted or bypassed if one of them is not, else all run again. */
export function toggleMode(mode: 2 | 4) {
  const at = atNow();
  const nodes = nodesMeant();
  const name = mode === 2 ? 'muted' : 'bypassed';
  if (at && nodes.length) setMode(at.doc, nodes.map((n) => n.node), nodes.every((n) => n.shape.mode === name) ? 0 : mode);
}

export function toggleFlag(flag: 'collapsed' | 'pinned') {
  const at = atNow();
  const nodes = nodesMeant();
  if (at && nodes.length) setFlag(at.doc, nodes.map((n) => n.node), flag, !nodes.every((n) => n.shape[flag]));
}

export function groupChosen(title: string) {
  const at = atNow();
  if (!at) return;
  const index = groupItems(at, title, itemsChosen(at));
  if (index === undefined) return;
  const key = `group:${index}`;
  choose([key]);
  useHand.setState({ renaming: key, focus: key });
}

export function cutLinks(ids: Iterable<Id>) {
  const at = atNow();
  const all = [...ids];
  if (at && all.length) removeLinks(at, all);
}

/** A socket within becomes one of the subgraph's own. */
export function exposeSocket(end: SocketEnd) {
  const at = atNow();
  const node = view.scene.byKey.get(`node:${end.node}`)?.shape.id;
  if (at && node !== undefined) expose(at, end.side === 'in' ? 'inputs' : 'outputs', { node, index: end.index });
}

/** Back to what its rows need. */
export function fitSizes() {
  const at = atNow();
  if (at) at.doc.together(() => nodesMeant().forEach(({ node }) => resizeNode(at.doc, node, 0, 0)));
}

export function rename(key: string, title: string) {
  const at = atNow();
  const box = view.scene.byKey.get(key);
  if (at && box && title !== box.shape.title) renameNode(at.doc, box.node, title === '' ? undefined : title);
}

/** An edit, on the page before anything else is drawn: what a hand held is let go in the same picture. */
export function atOnce(edit: () => void) {
  flushSync(edit);
}
