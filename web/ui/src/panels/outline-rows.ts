// The rows of the outline: groups, the nodes in them, and of each its inputs, fields and outputs, with what they are linked to.
import type { Scene, SocketEnd, NodeView, GroupView } from '../canvas/scene.ts';
import { endOf, shapeById } from '../canvas/scene.ts';
import { nodeTitle, slotLabel } from '../defs/labels.ts';
import { groupAround } from '../doc/groups.ts';
import type { Json } from '../doc/json.ts';
import type { Id } from '../doc/links.ts';
import type { SocketShape, WidgetShape } from '../doc/shape.ts';
import { valueOf } from '../doc/values.ts';
import type { Naming } from '../i18n/languages.ts';

interface Base {
  key: string;
  level: 1 | 2 | 3 | 4;
  label: string;
  open?: boolean; // undefined: nothing is below it
}

export type OutlineRow =
  | (Base & { kind: 'group'; group: GroupView; n: number })
  | (Base & { kind: 'node'; view: NodeView })
  | (Base & { kind: 'socket'; view: NodeView; end: SocketEnd; links: readonly Id[]; others: readonly string[] })
  | (Base & { kind: 'field'; view: NodeView; widget: WidgetShape; value: Json | undefined });

interface Place {
  scene: Scene;
  closed: ReadonlySet<string>; // groups are open until they are closed
  opened: ReadonlySet<string>; // nodes are closed until they are opened
  naming: Naming;
}

export function titleOf({ node, shape }: NodeView, { scene, naming }: Place): string {
  const type = typeof node['type'] === 'string' ? node['type'] : '';
  return nodeTitle(type, shape.title, scene.defs?.get(type)?.title, naming);
}

/** "KSampler LATENT": what a socket is linked to. */
function othersOf(place: Place, end: SocketEnd): string[] {
  const { scene } = place;
  const mine = scene.links.filter((l) =>
    end.side === 'in' ? l.to === end.node && l.toSlot === end.index : l.from === end.node && l.fromSlot === end.index);
  return mine.map((l) => {
    const [id, slot] = end.side === 'in' ? [l.from, l.fromSlot] : [l.to, l.toSlot];
    const view = scene.byKey.get(`node:${id}`);
    const shape = shapeById(scene, id);
    const sockets = end.side === 'in' ? shape?.outputs : shape?.inputs;
    const socket = sockets?.find((s) => s.index === slot);
    return `${view ? titleOf(view, place) : (shape?.title ?? id)} · ${socket ? slotLabel(socket.name, socket.label, place.naming) : slot}`;
  });
}

function socketRow(place: Place, view: NodeView, side: 'in' | 'out', socket: SocketShape, level: 2 | 3): OutlineRow {
  const end = endOf(view.shape, side, socket);
  return {
    kind: 'socket', key: `${view.key}:${side}:${socket.index}`, level: (level + 1) as 3, view, end, links: socket.links,
    label: slotLabel(socket.name, socket.label, place.naming), others: othersOf(place, end),
  };
}

function nodeRows(place: Place, view: NodeView, level: 1 | 2): OutlineRow[] {
  const open = place.opened.has(view.key);
  const row: OutlineRow = { kind: 'node', key: view.key, level, label: titleOf(view, place), open, view };
  if (!open) return [row];
  const below = level as 2;
  const { inputs, outputs, widgets } = view.shape;
  return [
    row,
    ...inputs.filter((s) => s.widget === undefined || s.links.length > 0).map((s) => socketRow(place, view, 'in', s, below)),
    ...widgets.filter((w) => !w.linked).map((widget): OutlineRow => ({
      kind: 'field', key: `${view.key}:field:${widget.name}`, level: (level + 1) as 2, view, widget, value: valueOf(view.node, widget),
      label: slotLabel(widget.name, widget.label, place.naming, widget.def?.label),
    })),
    ...outputs.map((s) => socketRow(place, view, 'out', s, below)),
  ];
}

/** From top to bottom, as the eye goes over the canvas: column by column. */
const across = (a: NodeView, b: NodeView) => a.x - b.x || a.y - b.y;

/** The smallest group around each node has it; a group within another one stands beside it. */
export function outlineRows(place: Place): OutlineRow[] {
  const { scene, closed } = place;
  const groups = scene.groups.map((g) => g.group);
  const of = new Map<string, NodeView[]>();
  for (const view of [...scene.nodes].sort(across)) {
    const at = groupAround(groups, view);
    const key = at ? (scene.groups.find((g) => g.group === at)?.key ?? '') : '';
    of.set(key, [...(of.get(key) ?? []), view]);
  }
  const ofGroup = (g: GroupView): OutlineRow[] => {
    const members = of.get(g.key) ?? [];
    const open = !closed.has(g.key);
    const row: OutlineRow = { kind: 'group', key: g.key, level: 1, label: g.label, open, group: g, n: members.length };
    return open ? [row, ...members.flatMap((m) => nodeRows(place, m, 2))] : [row];
  };
  return [...[...scene.groups].sort((a, b) => a.x - b.x || a.y - b.y).flatMap(ofGroup), ...(of.get('') ?? []).flatMap((v) => nodeRows(place, v, 1))];
}
