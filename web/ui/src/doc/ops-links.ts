// Links that people make and cut.
import type { Edit } from './document.ts';
import { isObject, newObject, type JsonObject } from './json.ts';
import { linksOf, slotsIn, type Id } from './links.ts';
import { isPrimitive, widgetOf } from './rows.ts';
import { setLast } from './ops-reroutes.ts';
import { reroutesOf } from './reroutes.ts';
import { append, cut, join, shapeAt, targetOf, type At, type End } from './wire.ts';
import { valueOf } from './values.ts';

/** A primitive that is linked for the first time becomes what it is linked to, and takes its value. */
function dressPrimitive(e: Edit, at: At, from: End, to: End) {
  const node = at.doc.node(from.node, at.graph);
  const target = at.doc.node(to.node, at.graph);
  const socket = targetOf(at, to);
  const output = slotsIn(node, 'outputs')[0];
  if (!node || !target || !output || !socket || !isPrimitive(node['type']) || String(output['type']) !== '*') return;
  const input = slotsIn(target, 'inputs')[socket.index];
  const name = socket.widget ?? widgetOf(input) ?? socket.name;
  const widget = shapeAt(at, to.node)?.widgets.find((w) => w.name === name);
  e.set(output, 'name', socket.type);
  e.set(output, 'type', socket.type);
  e.set(output, 'widget', newObject({ name }));
  if (widget && !Array.isArray(node['widgets_values']))
    e.set(node, 'widgets_values', [valueOf(target, widget) ?? null, ...(widget.control === undefined ? [] : ['fixed'])]);
}

/** Joins an output to an input, whose link until now goes. Undefined, and nothing done, where one of them is not there. */
export function connect(at: At, from: End, to: End): Id | undefined {
  let id: Id | undefined;
  at.doc.transact('connect', (e) => {
    if (targetOf(at, to)) dressPrimitive(e, at, from, to);
    id = join(e, at, from, to);
  });
  return id;
}

/** Another link from where one comes, drawn through as many of its points. */
export function branchOff(at: At, link: Id, to: End, points: number): Id | undefined {
  const found = linksOf(at.doc, at.graph).byId.get(String(link));
  const chain = reroutesOf(at.doc, at.graph).along(link).slice(0, points);
  const last = chain.at(-1);
  return found && at.doc.together(() => {
    const id = connect(at, { node: found.from, index: found.fromSlot }, to);
    if (id !== undefined && last)
      at.doc.transact('connect', (e) => {
        for (const point of chain) append(e, point.raw, 'linkIds', id);
        setLast(e, at, id, last.id);
      });
    return id;
  });
}

export function removeLinks(at: At, ids: Iterable<Id>) {
  at.doc.transact('disconnect', (e) => cut(e, at, ids));
}

/** Cuts what leads to an input. */
export function disconnect(at: At, to: End) {
  removeLinks(at, targetOf(at, to)?.links ?? []);
}

/** The end of a link goes elsewhere: its target, or its origin. */
export function moveLink(at: At, link: Id, end: { to: End } | { from: End }): Id | undefined {
  const found = linksOf(at.doc, at.graph).byId.get(String(link));
  let id: Id | undefined;
  if (found)
    at.doc.transact('connect', (e) => {
      const from = 'from' in end ? end.from : { node: found.from, index: found.fromSlot };
      const to = 'to' in end ? end.to : { node: found.to, index: found.toSlot };
      cut(e, at, [found.id]);
      id = join(e, at, from, to);
    });
  return id;
}

/** All links of an output go to come from another one. */
export function moveLinks(at: At, from: End, other: End) {
  const links = linksOf(at.doc, at.graph).from(from.node).filter((l) => l.fromSlot === from.index);
  at.doc.transact('connect', (e) => {
    cut(e, at, links.map((l) => l.id));
    for (const link of links) join(e, at, other, { node: link.to, index: link.toSlot });
  });
}

/** What a person calls an input or an output; undefined goes back to its name. */
export function labelSocket(at: At, node: JsonObject, side: 'inputs' | 'outputs', index: number, label: string | undefined) {
  const list = node[side];
  const slot = Array.isArray(list) ? list[index] : undefined;
  if (!isObject(slot)) return;
  at.doc.transact('rename', (e) => {
    if (label === undefined) e.remove(slot, 'label');
    else e.set(slot, 'label', label);
    e.touch(node['id'] as Id);
  }, `label ${String(node['id'])} ${side} ${index}`);
}
