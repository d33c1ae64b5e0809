// Commands that put nodes in order, and that make subgraphs of them and take these apart. What does the large ones comes when
// it is asked for.
import type { Command } from '../app/command.ts';
import { later } from '../app/fetched.ts';
import type { Id } from '../doc/links.ts';
import type { Edge } from '../doc/ops-align.ts';
import { makeUnique } from '../doc/subgraph.ts';
import type { At } from '../doc/wire.ts';
import { wordsNow } from '../i18n/words.ts';
import { showEdges } from './asking.ts';
import { atNow, itemsChosen, nodesChosen } from './edit.ts';
import { enter } from './presses.ts';
import type { NodeView } from './scene.ts';
import { choose, chosen, focusOn } from './select.ts';
import { inSubgraph, view } from './view.ts';

const arranging = later(() => import('../doc/arrange.ts'));
const converting = later(() => import('../doc/convert.ts'));
const convertingGroups = later(() => import('../doc/convert-group.ts'));
const lining = later(() => import('../doc/ops-align.ts'));

/** With where edits go. */
const edit = (act: (at: At) => void) => () => {
  const at = atNow();
  if (at) act(at);
};
const several = () => nodesChosen().length > 1;
const ids = (): Id[] => nodesChosen().map((n) => n.shape.id);
const one = () => (nodesChosen().length === 1 ? nodesChosen()[0] : undefined);
function withOne(act: (node: NodeView) => void) {
  const node = one();
  if (node) act(node);
}

const subgraph = () => one()?.shape.kind === 'subgraph';

function chooseNodes(all: readonly Id[] | undefined) {
  if (!all?.length) return;
  choose(all.map((id) => `node:${id}`));
  focusOn(`node:${all[0]}`);
}

async function arrangeNodes() {
  const at = atNow();
  const some = several() ? ids() : undefined;
  const { arrange } = await arranging();
  if (at) arrange(at, some);
}

async function toSubgraph() {
  const at = atNow();
  const { convertToSubgraph } = await converting();
  const id = at && convertToSubgraph(at, itemsChosen(at), wordsNow().canvas.newSubgraph);
  if (id !== undefined) chooseNodes([id]);
}

async function takeApart() {
  const at = atNow();
  const node = one();
  const { unpack } = await converting();
  if (at && node) chooseNodes(unpack(at, node.shape.id));
}

/** One of an old kind of groups becomes a subgraph. */
async function fromGroupNode() {
  const at = atNow();
  const node = one();
  const { convertGroupNode } = await convertingGroups();
  if (at && node) convertGroupNode(at, node.shape.id);
}

/** Its class is called so; doc/convert-group.ts, which comes with the deed, looks closer. */
const isGroupNode = () => /^workflow[>/]/.test(String(one()?.node['type'] ?? ''));

const inLine = (act: (m: Awaited<ReturnType<typeof lining>>, at: At) => void) => () => {
  const at = atNow();
  if (at) void lining().then((m) => act(m, at));
};

const EDGES: readonly Edge[] = ['left', 'centre', 'right', 'top', 'middle', 'bottom'];

export const shapeCommands: readonly Command[] = [
  {
    id: 'node.arrange', label: (w) => w.canvas.commands.arrange, keys: ['Ctrl+Alt+L'],
    menu: 'edit', line: true, can: () => view.scene.nodes.length > 0,
    run: () => void arrangeNodes(),
  },
  ...EDGES.map((edge): Command => ({
    id: `node.align.${edge}`, label: (w) => w.canvas.align[edge], can: several, run: inLine((m, at) => m.align(at, ids(), edge)),
  })),
  ...(['across', 'down'] as const).map((way): Command => ({
    id: `node.distribute.${way}`, label: (w) => w.canvas.distribute[way], can: several, run: inLine((m, at) => m.distribute(at, ids(), way)),
  })),
  {
    id: 'subgraph.enter', label: (w) => w.canvas.commands.enterSubgraph, menu: 'node', line: true, can: subgraph,
    run: () => withOne(enter),
  },
  {
    id: 'subgraph.make', label: (w) => w.canvas.commands.toSubgraph, keys: ['Ctrl+Shift+E'],
    menu: 'node', can: () => chosen().size > 0 && nodesChosen().length > 0,
    run: () => void toSubgraph(),
  },
  { id: 'subgraph.edges', label: (w) => w.canvas.commands.edges, menu: 'canvas', can: inSubgraph, run: showEdges },
  { id: 'subgraph.unpack', label: (w) => w.canvas.commands.unpack, menu: 'node', can: subgraph, run: () => void takeApart() },
  {
    id: 'subgraph.unique', label: (w) => w.canvas.commands.unique, menu: 'node', can: subgraph,
    run: edit((at) => withOne(({ node }) => makeUnique(at.doc, node))),
  },
  {
    id: 'subgraph.fromGroupNode', label: (w) => w.canvas.commands.fromGroupNode, menu: 'node', can: isGroupNode,
    run: () => void fromGroupNode(),
  },
];
