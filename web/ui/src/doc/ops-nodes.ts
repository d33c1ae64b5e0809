// Nodes that come and go, and what of a selection goes with them.
import type { Edit } from './document.ts';
import { dropFloating } from './floating.ts';
import { around, pairPlace, type Pair } from './geometry.ts';
import { groupsOf } from './groups.ts';
import { nextId, noteId } from './ids.ts';
import type { Json, JsonObject } from './json.ts';
import { INPUT_EDGE, linksOf, type Id, type Link } from './links.ts';
import { newNode } from './make.ts';
import { removePoints } from './ops-reroutes.ts';
import { TITLE, type NodeShape, type SocketShape } from './shape.ts';
import { shapeOf } from './shapes.ts';
import { append, cut, drop, isEdge, join, shapeAt, type At, type End } from './wire.ts';

/** What a selection is made of; groups by their index in the graph. */
export interface Items {
  nodes?: readonly Id[];
  links?: readonly Id[];
  groups?: readonly number[];
  reroutes?: readonly Id[];
}

/** "node:7", "link:3", "group:0", "reroute:2", as a selection has them. An id stays what the file has it as. */
export function itemsOf(at: At, selection: Iterable<string>): Required<Items> {
  const items = { nodes: [] as Id[], links: [] as Id[], groups: [] as number[], reroutes: [] as Id[] };
  for (const key of selection) {
    const id = key.slice(key.indexOf(':') + 1);
    if (key.startsWith('node:')) items.nodes.push((at.doc.node(id, at.graph)?.['id'] as Id | undefined) ?? id);
    else if (key.startsWith('link:')) items.links.push(id);
    else if (key.startsWith('group:')) items.groups.push(Number(id));
    else if (key.startsWith('reroute:')) items.reroutes.push(id);
  }
  return items;
}

// ------------------------------------------------------------------ adding

/** Adds nodes that were made, with their ids noted. */
export function putNodes(e: Edit, at: At, nodes: readonly JsonObject[]) {
  append(e, at.graph, 'nodes', ...nodes);
  const last = Math.max(0, ...nodes.map((n) => n['id']).filter((id): id is number => Number.isSafeInteger(id)));
  noteId(e, at.doc, at.graph, 'Node', last);
  for (const node of nodes) e.touch(node['id'] as Id);
}

/** A node that was made is given the size of its shape, and a place for its title's corner. */
export function settle(at: At, node: JsonObject, [x, y]: Pair, least: Pair = [0, 0]) {
  const shape = shapeOf(node, at.graph, at.doc, at.defs);
  node['pos'] = [x, y + (shape.kind === 'reroute' ? 0 : TITLE)];
  node['size'] = [Math.max(least[0], shape.width), Math.max(least[1], shape.height - (shape.kind === 'reroute' ? 0 : TITLE))];
}

const PICTURE: Pair = [280, 280]; // room for what a node shows, beside its rows

/** A node whose work is to show pictures has room for them from the start, or they would hang over what stands below; one that
 * takes a picture from a file shows that in its field. */
function leastOf(at: At, node: JsonObject, type: string): Pair {
  const def = at.defs.get(type);
  if (def?.inputs.some((i) => i.upload && i.upload !== 'audio')) return [PICTURE[0], PICTURE[1] + TITLE];
  if (!def?.isOutput || !def.inputs.some((i) => i.type === 'IMAGE')) return [0, 0];
  return [PICTURE[0], shapeOf(node, at.graph, at.doc, at.defs).height - TITLE + PICTURE[1]];
}

/** A new node of a class, of a subgraph (its id) or of a canvas's own kind; `corner` is its title's. Values go by name.
 * Who adds subgraphs asks `holdsItself` first. */
export function addNode(at: At, type: string, corner: Pair, values: Readonly<Record<string, Json>> = {}): Id {
  const id = nextId(at.doc, 'Node');
  at.doc.transact('add', (e) => {
    const node = newNode(at, id, type, values);
    settle(at, node, corner, leastOf(at, node, type));
    putNodes(e, at, [node]);
  });
  return id;
}

// ------------------------------------------------------------------ removing

const anything = (type: string) => type === '' || type === '*';

/** Whether what one gives can be what another takes: names in a list, in any case; "*" is anything. */
export function meets(given: string, taken: string): boolean {
  if (anything(given) || anything(taken)) return true;
  const names = new Set(taken.toLowerCase().split(','));
  return given.toLowerCase().split(',').some((name) => names.has(name));
}

/** The input that an output hands on when its node is passed over: the one at its place if it fits, else the first of exactly
 * its type, else the first that fits. */
function handsOn(shape: NodeShape, output: SocketShape): SocketShape | undefined {
  const linked = shape.inputs.filter((i) => i.links.length > 0);
  const beside = shape.inputs[output.index];
  if (beside && linked.includes(beside) && meets(beside.type, output.type)) return beside;
  return linked.find((i) => i.type === output.type) ?? linked.find((i) => meets(i.type, output.type));
}

/** Where a link would come from, were the nodes in `gone` not there. */
function originBeyond(at: At, link: Link, gone: ReadonlySet<string>, seen = new Set<string>()): End | undefined {
  const key = `${link.from} ${link.fromSlot}`;
  if (!gone.has(String(link.from))) return { node: link.from, index: link.fromSlot };
  if (seen.has(key)) return undefined;
  seen.add(key);
  const shape = shapeAt(at, link.from);
  const output = shape?.outputs.find((o) => o.index === link.fromSlot);
  const input = shape && output && handsOn(shape, output);
  const before = input?.links[0] === undefined ? undefined : linksOf(at.doc, at.graph).byId.get(String(input.links[0]));
  return before && originBeyond(at, before, gone, seen);
}

/** Removes nodes with their links; `through` joins what was before them to what was behind. */
export function takeNodes(e: Edit, at: At, ids: readonly Id[], through = false) {
  const gone = new Set(ids.map(String));
  const links = linksOf(at.doc, at.graph);
  const near = [...gone].flatMap((id) => [...links.from(id), ...links.into(id)]);
  const bridges = !through ? [] : near
    .filter((l) => gone.has(String(l.from)) && !gone.has(String(l.to)))
    .map((l) => ({ from: originBeyond(at, l, gone), to: { node: l.to, index: l.toSlot } }));

  cut(e, at, near.map((l) => l.id));
  dropFloating(e, at, (f) => gone.has(String(f.from?.node)) || gone.has(String(f.to?.node)));
  if (Array.isArray(at.graph['nodes']))
    drop(e, at.graph['nodes'], (n) => typeof n === 'object' && n !== null && !Array.isArray(n) && gone.has(String(n['id'])));
  for (const { from, to } of bridges) if (from) join(e, at, from, to);
  for (const id of ids) e.touch(id);
}

export function removeNodes(at: At, ids: readonly Id[], through = false) {
  at.doc.transact('remove', (e) => takeNodes(e, at, ids, through));
}

/** Whatever is chosen goes, as one step. */
export function removeItems(at: At, items: Items, through = false) {
  const groups = new Set<Json>(groupsOf(at.graph).filter((g) => items.groups?.includes(g.index)).map((g) => g.raw));
  at.doc.transact('remove', (e) => {
    cut(e, at, items.links ?? []);
    removePoints(e, at, items.reroutes ?? []);
    if (items.nodes?.length) takeNodes(e, at, items.nodes, through);
    if (Array.isArray(at.graph['groups']) && groups.size) drop(e, at.graph['groups'], (g) => groups.has(g));
  });
}

// ------------------------------------------------------------------ between two nodes

/** Everything that a node's outputs lead to, however far. */
function behind(at: At, from: Id): Set<string> {
  const found = new Set<string>();
  const walk = [from];
  for (let id = walk.pop(); id !== undefined; id = walk.pop())
    for (const link of linksOf(at.doc, at.graph).from(id))
      if (!isEdge(link.to) && !found.has(String(link.to))) {
        found.add(String(link.to));
        walk.push(link.to);
      }
  return found;
}

/** Makes room to the right of a node: what is behind it moves along, as far as it is too near. */
function makeRoom(e: Edit, at: At, id: Id, gap: number) {
  const shape = shapeAt(at, id);
  const nodes = [...behind(at, id)].filter((n) => n !== String(id)).map((n) => at.doc.node(n, at.graph)).filter((n) => n !== undefined);
  const first = around(nodes.map((n) => shapeOf(n, at.graph, at.doc, at.defs)));
  const by = shape && first ? shape.x + shape.width + gap - first.x : 0;
  if (by <= 0) return;
  for (const node of nodes) {
    const place = pairPlace(node, 'pos');
    if (place) e.set(place, 0, Number((place as Record<number, Json>)[0]) + by);
    e.touch(node['id'] as Id);
  }
}

/** Puts a node into a link, by one of its inputs and one of its outputs. */
export function insertOnLink(at: At, link: Id, node: Id, input: number, output: number, shift = true) {
  const found = linksOf(at.doc, at.graph).byId.get(String(link));
  if (!found || String(found.from) === String(node) || String(found.to) === String(node)) return;
  at.doc.transact('insert', (e) => {
    cut(e, at, [found.id]);
    join(e, at, { node: found.from, index: found.fromSlot }, { node, index: input });
    join(e, at, { node, index: output }, { node: found.to, index: found.toSlot });
    if (shift) makeRoom(e, at, node, 40);
  });
}

/** Whether a link between two nodes would close a circle. */
export function closesCircle(at: At, from: Id, to: Id): boolean {
  return String(from) === String(to) || (String(from) !== String(INPUT_EDGE) && behind(at, to).has(String(from)));
}
