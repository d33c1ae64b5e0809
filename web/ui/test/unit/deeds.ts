// deeds.ts: everything that people do to a graph, chosen by numbers, for the tests that do any of it in any order.
import type { Document } from '../../src/doc/document.ts';
import { groupsOf } from '../../src/doc/groups.ts';
import type { JsonObject } from '../../src/doc/json.ts';
import { linksOf, type Id } from '../../src/doc/links.ts';
import { moveNodes, renameNode, resizeNode, setColor, setControl, setFlag, setMode, setWidgetValue } from '../../src/doc/ops.ts';
import { addGroup, colorGroup, groupItems, moveItems, removeGroups } from '../../src/doc/ops-groups.ts';
import { branchOff, connect, labelSocket, moveLink, removeLinks } from '../../src/doc/ops-links.ts';
import { addNode, insertOnLink, removeItems, removeNodes } from '../../src/doc/ops-nodes.ts';
import { arrange } from '../../src/doc/arrange.ts';
import { copyItems, duplicate, paste } from '../../src/doc/clipboard.ts';
import { convertToSubgraph, unpack } from '../../src/doc/convert.ts';
import { expose, removeSlot } from '../../src/doc/edge.ts';
import { definitionsOf, holdsItself } from '../../src/doc/instances.ts';
import { floatingOf, landFloating, leaveFloating } from '../../src/doc/floating.ts';
import { replaceNode } from '../../src/doc/replace.ts';
import { makeUnique } from '../../src/doc/subgraph.ts';
import { addReroute, removeReroutes } from '../../src/doc/ops-reroutes.ts';
import { reroutesOf } from '../../src/doc/reroutes.ts';
import { shapeAt, type At } from '../../src/doc/wire.ts';
import { defs } from './classes.ts';

export interface Choice {
  what: number;
  which: number;
  other: number;
  n: number;
}

const TYPES = [...defs.keys(), 'Note', 'Reroute', 'PrimitiveNode'];

function pick<T>(list: readonly T[], n: number): T | undefined {
  return list.length ? list[n % list.length] : undefined;
}

/** Some end of the graph: of a node, or of the subgraph's edge. */
function endOf(at: At, side: 'inputs' | 'outputs', which: number, n: number): { node: Id; index: number } {
  const ids: Id[] = [...at.doc.nodes(at.graph).map((node) => node['id'] as Id), ...(at.graph === at.doc.raw ? [] : [-10, -20])];
  const node = pick(ids, which) ?? 0;
  return { node, index: pick(shapeAt(at, node)?.[side] ?? [], n)?.index ?? 0 };
}

type Deed = (at: At, c: Choice, node: JsonObject, ids: Id[]) => void;

const idOf = (node: JsonObject) => node['id'] as Id;
const linkOf = (at: At, n: number): Id => pick(linksOf(at.doc, at.graph).all, n)?.id ?? -1;

const DEEDS: readonly Deed[] = [
  (at, c, node) => moveNodes(at.doc, [node], c.n, -c.n / 3),
  (at, c, node) => renameNode(at.doc, node, c.n % 2 ? `n ${c.n}` : undefined),
  (at, c, node) => setMode(at.doc, [node], c.n % 2 ? 2 : 4),
  (at, c, node) => setFlag(at.doc, [node], c.n % 2 ? 'pinned' : 'collapsed', c.n % 3 > 0),
  (at, c, node) => resizeNode(at.doc, node, c.n + 100, c.n + 50),
  (at, c, node) => setColor(at.doc, [node], c.n % 2 ? '#123456' : undefined, c.n % 3 ? '#654321' : undefined),
  (at, c, node) => {
    const widget = pick(shapeAt(at, idOf(node))?.widgets ?? [], c.other);
    if (widget) setWidgetValue(at.doc, node, widget, c.n % 2 ? BigInt(c.n) * 2n ** 60n : `${c.n}`);
  },
  (at, c, node) => {
    const widget = shapeAt(at, idOf(node))?.widgets.find((w) => w.control !== undefined);
    if (widget) setControl(at.doc, node, widget, c.n % 2 ? 'fixed' : 'increment');
  },
  (at, c) => {
    const type = pick([...TYPES, ...at.doc.graphs().slice(1).map((g) => String(g['id']))], c.which) ?? 'Note';
    if (!holdsItself(at.doc, at.graph, type)) addNode(at, type, [c.n, c.n]);
  },
  (at, c, _node, ids) => removeNodes(at, ids, c.n % 2 === 0),
  (at, c) => void connect(at, endOf(at, 'outputs', c.which, c.n), endOf(at, 'inputs', c.other, c.n)),
  (at, c) => void connect(at, endOf(at, 'outputs', c.which, c.n + 1), endOf(at, 'inputs', c.other, c.n + 3)),
  (at, c) => removeLinks(at, [linkOf(at, c.which)]),
  (at, c) => removeLinks(at, linksOf(at.doc, at.graph)[c.n % 2 ? 'into' : 'from'](endOf(at, 'inputs', c.which, 0).node).map((l) => l.id)),
  (at, c) => void moveLink(at, linkOf(at, c.which), c.n % 2 ? { to: endOf(at, 'inputs', c.other, c.n) } : { from: endOf(at, 'outputs', c.other, c.n) }),
  (at, c, node) => insertOnLink(at, linkOf(at, c.which), idOf(node), endOf(at, 'inputs', c.which, c.n).index, 0),
  (at, c, _node, ids) => void (c.n % 2 ? groupItems(at, 'g', { nodes: ids }) : addGroup(at, 'g', { x: c.n, y: 0, width: 500, height: 500 })),
  (at, c) => removeGroups(at, [c.which % 3]),
  (at, c) => colorGroup(at, c.which % 3, c.n % 2 ? '#abcdef' : undefined),
  (at, c, node) => labelSocket(at, node, c.n % 2 ? 'inputs' : 'outputs', c.other % 3, c.n % 3 ? `l ${c.n}` : undefined),
  (at, c, _node, ids) => moveItems(at, { nodes: ids, groups: groupsOf(at.graph).slice(0, 1).map((g) => g.index), reroutes: reroutesOf(at.doc, at.graph).all.map((r) => r.id) }, c.n, 1),
  (at, c) => {
    const link = linkOf(at, c.which);
    if (link !== -1) addReroute(at, link, [c.n, c.n], c.other % (1 + reroutesOf(at.doc, at.graph).along(link).length));
  },
  (at, c) => removeReroutes(at, reroutesOf(at.doc, at.graph).all.slice(0, 1 + (c.n % 2)).map((r) => r.id)),
  (at, c, _node, ids) => removeItems(at, { nodes: ids.slice(0, 1), links: [linkOf(at, c.other)], reroutes: reroutesOf(at.doc, at.graph).all.slice(0, 1).map((r) => r.id), groups: [0] }),
  (at, c) => void (c.n % 2 ? at.doc.undo() : at.doc.redo()),
  (at, c, _node, ids) => void duplicate(at, { nodes: ids, groups: [0] }, [c.n, 40], c.n % 2 === 0),
  (at, c, _node, ids) => void paste(at, copyItems(at, { nodes: ids }) ?? '', { corner: [c.n, c.n], connect: c.n % 3 === 0 }),
  (at, c, _node, ids) => arrange(at, c.n % 2 ? undefined : ids),
  (at, c, _node, ids) => void convertToSubgraph(at, { nodes: ids, groups: c.n % 3 ? [] : [0] }, 'S'),
  (at) => {
    const standing = at.doc.nodes(at.graph).find((n) => at.doc.definition(n['type']));
    if (standing && !definitionsOf(at.doc, [standing]).includes(at.graph)) unpack(at, idOf(standing));
  },
  (at, c, node) => void (c.n % 2 && makeUnique(at.doc, node)),
  (at, c) => void expose(at, c.n % 2 ? 'inputs' : 'outputs', endOf(at, c.n % 2 ? 'inputs' : 'outputs', c.which, c.n)),
  (at, c, node) => void replaceNode(at, idOf(node), pick(TYPES, c.n) ?? 'Note'),
  (at, c) => {
    const end = endOf(at, 'outputs', c.which, c.n);
    if (Number(end.node) > 0) leaveFloating(at, end, [c.n, c.n]);
  },
  (at, c) => {
    const end = endOf(at, 'inputs', c.which, c.n);
    if (Number(end.node) > 0) leaveFloating(at, end, [c.n, -c.n], 'in');
  },
  (at, c) => {
    const floating = pick(floatingOf(at.doc, at.graph), c.which);
    if (floating) landFloating(at, floating.id, endOf(at, floating.from ? 'inputs' : 'outputs', c.other, c.n));
  },
  (at, c) => void branchOff(at, linkOf(at, c.which), endOf(at, 'inputs', c.other, c.n), c.n % 3),
  (at, c) => removeSlot(at, c.n % 2 ? 'inputs' : 'outputs', c.which % 3),
];

export const N_DEEDS = DEEDS.length;

/** Does one of them, in some graph of the document. */
export function act(doc: Document, c: Choice) {
  const graph = pick(doc.graphs(), c.which) ?? doc.raw;
  const nodes = doc.nodes(graph);
  const node = pick(nodes, c.other);
  const from = c.which % Math.max(1, nodes.length);
  if (node) DEEDS[c.what % N_DEEDS]?.({ doc, graph, defs }, c, node, nodes.slice(from, from + 1 + (c.n % 3)).map(idOf));
}
