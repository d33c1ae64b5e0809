// A node of another class in the place of one: its place, title, mode and colours, its values by name, and its links as far as they
// fit, by name and then by type.
import type { Defs, InputDef, NodeDef } from '../defs/def.ts';
import type { Document } from './document.ts';
import { nextId } from './ids.ts';
import { copy, type Json, type JsonObject } from './json.ts';
import { linksOf, type Id, type Link } from './links.ts';
import { newNode } from './make.ts';
import { meets, putNodes, settle, takeNodes } from './ops-nodes.ts';
import type { NodeShape, SocketShape } from './shape.ts';
import { shapeOf } from './shapes.ts';
import { defaultOf, inputsOf, placesOf, valueOf } from './values.ts';
import { join, shapeAt, type At } from './wire.ts';

const KEPT = ['title', 'mode', 'color', 'bgcolor', 'flags'];

function valuesOf(node: JsonObject, shape: NodeShape): Record<string, Json> {
  const pairs = shape.widgets.map((w) => [w.name, valueOf(node, w)] as const);
  return Object.fromEntries(pairs.filter((p): p is readonly [string, Json] => p[1] !== undefined && p[1] !== null));
}

/** Numbers of any size are of one kind. */
const kindOf = (value: Json | undefined) => (typeof value === 'bigint' ? 'number' : typeof value);

const couldBe = (value: Json, input: InputDef) => (input.choices ? input.choices.includes(value) : kindOf(value) === kindOf(defaultOf(input)));

/** Values that have no names, as the other class would have them by their places; what cannot be an input's is left out. */
function valuesByPlace(node: JsonObject, { defs }: At, type: string): Record<string, Json> {
  const [list, def] = [node['widgets_values'], defs.get(type)];
  if (!Array.isArray(list) || !def) return {};
  return Object.fromEntries([...placesOf(list, def).value].flatMap(([name, place]) => {
    const [input, value] = [inputsOf(def).get(name), list[place]];
    return input && value !== undefined && couldBe(value, input) ? [[name, value] as const] : [];
  }));
}

const isNameless = ({ kind, widgets }: NodeShape) => kind === 'ghost' && widgets.every((w, i) => w.name === String(i));

type Socket = Pick<SocketShape, 'name' | 'type' | 'index' | 'widget'>;

/** The socket of the new node that takes a link's place: of the same name, else the first free one that fits. */
function inPlaceOf<S extends Socket>(old: Socket | undefined, type: Json, sockets: readonly S[], taken: ReadonlySet<number>): S | undefined {
  const free = sockets.filter((s) => !taken.has(s.index));
  const fits = (s: Socket) => typeof type !== 'string' || meets(s.type, type);
  return free.find((s) => s.name === old?.name && fits(s)) ?? free.find((s) => !s.widget && s.type === type) ?? free.find((s) => !s.widget && s.type !== '*' && fits(s));
}

/** Puts a node of a class in the place of another; how many links found no socket is returned with the new id. */
export function replaceNode(at: At, id: Id, type: string): { id: Id; lost: number } | undefined {
  const old = at.doc.node(id, at.graph);
  if (!old) return undefined;
  const before = shapeOf(old, at.graph, at.doc, at.defs);
  const links = linksOf(at.doc, at.graph);
  const [into, from] = [links.into(id), links.from(id)];
  const made = nextId(at.doc, 'Node');
  let lost = 0;

  at.doc.transact('replace', (e) => {
    const node = newNode(at, made, type, isNameless(before) ? valuesByPlace(old, at, type) : valuesOf(old, before));
    for (const key of KEPT) if (old[key] !== undefined) node[key] = copy(old[key]);
    settle(at, node, [before.x, before.y], [before.width, 0]);
    takeNodes(e, at, [id]);
    putNodes(e, at, [node]);
    const shape = () => shapeOf(node, at.graph, at.doc, at.defs);
    const taken = new Set<number>();
    const target = (link: Link) => inPlaceOf(before.inputs.find((s) => s.index === link.toSlot), link.type, shape().inputs, taken);
    for (const link of into) {
      const socket = target(link);
      if (!socket || join(e, at, { node: link.from, index: link.fromSlot }, { node: made, index: socket.index }) === undefined) lost++;
      else taken.add(shape().inputs.find((s) => s.name === socket.name)?.index ?? socket.index);
    }
    for (const link of from) {
      const socket = inPlaceOf(before.outputs.find((s) => s.index === link.fromSlot), link.type, shape().outputs, new Set());
      if (!socket || join(e, at, { node: made, index: socket.index }, { node: link.to, index: link.toSlot }) === undefined) lost++;
    }
  });
  return { id: made, lost };
}

export interface There {
  graph: JsonObject;
  id: Id;
}

/** All nodes of a class, in every graph of the document. */
export function nodesOfClass(doc: Document, type: string): There[] {
  return doc.graphs().flatMap((graph) => doc.nodes(graph).filter((n) => n['type'] === type).map((n) => ({ graph, id: n['id'] as Id })));
}

/** Puts a node of a class in the place of each of these, as one step: which those are, and how many links found no socket. */
export function replaceNodes(doc: Document, defs: Defs, where: readonly There[], type: string): { made: There[]; lost: number } {
  const done = doc.together(() => where.map(({ graph, id }) => ({ graph, ...replaceNode({ doc, graph, defs }, id, type) })));
  return { made: done.flatMap(({ graph, id }) => (id === undefined ? [] : [{ graph, id }])), lost: done.reduce((n, d) => n + (d.lost ?? 0), 0) };
}

// ------------------------------------------------------------------ which class it could be

export interface Likely {
  def: NodeDef;
  lost: number; // links that would find no socket
}

const socketsOf = (all: readonly { name: string; type: string; widget?: unknown }[]): Socket[] =>
  all.map(({ name, type, widget }, index) => ({ name, type, index, ...(widget === undefined ? {} : { widget: name }) }));

const pairsOf = (text: string) => new Set([...text.toLowerCase()].map((c, i, all) => c + (all[i + 1] ?? '')));

/** How much of one name is in another, 0 to 1. */
function alike(a: string, b: string): number {
  const [one, two] = [pairsOf(a), pairsOf(b)];
  return (2 * [...one].filter((pair) => two.has(pair)).length) / Math.max(1, one.size + two.size);
}

/** How well a class would do in a node's place: its links first, then that it needs no others, has the same values, and is called much the
 * same. Less is better. */
function rankOf(shape: NodeShape, type: string, category: string | undefined, def: NodeDef): { rank: number; lost: number } {
  const [inputs, outputs] = [socketsOf(def.inputs), socketsOf(def.outputs)];
  const taken = new Set<number>();
  let [lost, apart] = [0, 0];
  for (const [side, sockets] of [['inputs', inputs], ['outputs', outputs]] as const)
    for (const socket of shape[side]) {
      if (socket.widget && !socket.links.length) continue;
      const place = inPlaceOf(socket, socket.type, sockets, side === 'inputs' ? taken : new Set());
      if (!place) apart++;
      if (!place) lost += socket.links.length;
      else if (side === 'inputs') taken.add(place.index);
    }
  const needs = inputs.filter((s, i) => !s.widget && def.inputs[i]?.required && !taken.has(s.index)).length;
  const values = shape.widgets.filter((w) => inputs.some((s) => s.widget === w.name)).length;
  return { lost, rank: lost * 50 + apart * 8 + needs * 3 - values * 2 - (def.category === category ? 2 : 0) - 6 * alike(type, def.name) };
}

/** Classes for the place of all these nodes, which are of one; those that do best first. */
export function likely(at: At, ids: readonly Id[]): Likely[] {
  const shapes = ids.flatMap((id) => shapeAt(at, id) ?? []);
  const type = String(at.doc.node(ids[0] ?? -1, at.graph)?.['type']);
  const category = at.defs.get(type)?.category;
  const all = [...at.defs.values()].filter((def) => def.name !== type && !def.quiet && !def.deprecated);
  return all.map((def) => {
    const each = shapes.map((shape) => rankOf(shape, type, category, def));
    return { def, lost: each.reduce((n, e) => n + e.lost, 0), rank: each.reduce((n, e) => n + e.rank, 0) };
  }).sort((a, b) => a.rank - b.rank);
}
