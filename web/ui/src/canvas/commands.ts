// What can be done on the canvas; keys as ComfyUI's users know them.
import type { Command } from '../app/command.ts';
import { useSettings } from '../app/settings.ts';
import { fitGroup, membersOfGroups } from '../doc/ops-groups.ts';
import { itemsOf } from '../doc/ops-nodes.ts';
import { wordsNow } from '../i18n/words.ts';
import { offerNodesHere } from './adding.ts';
import { showColours, showLinks, showReplace } from './asking.ts';
import { fitAll, fitSelection, zoomIn, zoomOut, zoomTo } from './camera.ts';
import { copyChosen, duplicateChosen, pasteNow } from './clipboard.ts';
import { showConnect } from './connect-list.ts';
import { takeFloating } from './connecting.ts';
import {
  atNow, fitSizes, groupChosen, nodesChosen, nodesMeant, removeChosen, toggleFlag, toggleMode,
} from './edit.ts';
import { atFocus, atStop, follow, goInto, goOut, onCanvas, walk } from './going.ts';
import { keysMeant, nudge, stretch } from './nudging.ts';
import type { NodeView } from './scene.ts';
import { openMenuHere } from './menus.ts';
import { startRenaming } from './presses.ts';
import { shapeCommands } from './commands-shape.ts';
import { choose, chooseAll, chosen, toggle } from './select.ts';
import { useHand, view } from './view.ts';
import { pointOf } from './walk.ts';

const some = () => chosen().size > 0;
const nodes = () => nodesMeant().length > 0;
const grid = () => useSettings.getState().grid;

/** The node that the keyboard is at, or the first that is chosen. */
function withNode(act: (node: NodeView) => void) {
  const node = atFocus() ?? nodesMeant()[0];
  if (node) act(node);
}

const groupMeant = () => keysMeant().find((k) => k.startsWith('group:'));

/** The group that is meant, else the node. */
function startNaming() {
  const key = atFocus() ? undefined : groupMeant();
  if (key) startRenaming(key);
  else withNode((n) => startRenaming(n.key));
}

/** A link that waits at the point where the keyboard is is led on. */
const waitingHere = () => {
  const point = pointOf(view.scene, useHand.getState().focus ?? '');
  return point?.floating && takeFloating(view.scene, point.floating);
};

function connectHere() {
  const held = waitingHere();
  if (held?.ends[0]) showConnect(held.ends[0], held);
  else withNode((n) => showConnect(n));
}

function renameGroupChosen() {
  const key = groupMeant();
  if (key) startRenaming(key);
}

const ofOneClass = () => new Set(nodesMeant().map((n) => n.node['type'])).size === 1;

/** All nodes that are meant have it. */
const all = (is: (n: ReturnType<typeof nodesMeant>[number]) => boolean) => () => nodes() && nodesMeant().every(is);

const editing: readonly Command[] = [
  {
    id: 'edit.cut', label: (w) => w.canvas.commands.cut, shows: ['Ctrl+X', 'Shift+Delete'], menu: 'edit', line: true, can: some,
    run: () => void copyChosen(true),
  },
  {
    id: 'edit.copy', label: (w) => w.canvas.commands.copy, shows: ['Ctrl+C', 'Ctrl+Insert'], menu: 'edit', can: some,
    run: () => void copyChosen(),
  },
  {
    id: 'edit.paste', label: (w) => w.canvas.commands.paste, shows: ['Ctrl+V', 'Shift+Insert'], menu: 'edit',
    run: () => void pasteNow(),
  },
  {
    id: 'edit.pasteLinked', label: (w) => w.canvas.commands.pasteLinked, shows: ['Ctrl+Shift+V'], menu: 'edit',
    run: () => void pasteNow(true),
  },
  {
    id: 'edit.duplicate', label: (w) => w.canvas.commands.duplicate, keys: ['Ctrl+D'], menu: 'edit', can: some,
    run: () => duplicateChosen(),
  },
  {
    id: 'edit.delete', label: (w) => w.canvas.commands.delete, keys: ['Delete', 'Backspace'],
    menu: 'edit', can: () => some() && onCanvas(),
    run: () => removeChosen(),
  },
  {
    id: 'edit.deleteThrough', label: (w) => w.canvas.commands.deleteThrough, keys: ['Ctrl+Delete'],
    menu: 'edit', can: () => nodesChosen().length > 0,
    run: () => removeChosen(true),
  },
  {
    id: 'edit.selectAll', label: (w) => w.canvas.commands.selectAll, keys: ['Ctrl+A'], menu: 'edit', line: true,
    run: chooseAll,
  },
  {
    id: 'edit.find', label: (w) => w.canvas.find, keys: ['Ctrl+F'], menu: 'edit',
    run: () => useHand.setState({ find: true }),
  },
];

const adding: readonly Command[] = [
  { id: 'graph.add', label: (w) => w.canvas.commands.add, keys: ['/', 'Shift+A'], menu: 'canvas', run: offerNodesHere },
];

const ofNodes: readonly Command[] = [
  {
    id: 'node.rename', label: (w) => w.canvas.commands.rename, keys: ['F2'], menu: 'node', can: () => nodes() || groupMeant() !== undefined,
    run: startNaming,
  },
  {
    id: 'node.connect', label: (w) => w.canvas.commands.connect, keys: ['L'], menu: 'node', can: () => nodes() || waitingHere() !== undefined,
    run: connectHere,
  },
  {
    id: 'node.duplicate', label: (w) => w.canvas.commands.duplicate, menu: 'node', quiet: true, can: some,
    run: () => duplicateChosen(),
  },
  {
    id: 'node.copy', label: (w) => w.canvas.commands.copy, shows: ['Ctrl+C'], menu: 'node', quiet: true, can: some,
    run: () => void copyChosen(),
  },
  {
    id: 'node.mute', label: (w) => w.canvas.commands.mute, keys: ['Ctrl+M'],
    menu: 'node', line: true, can: nodes, on: all((n) => n.shape.mode === 'muted'),
    run: () => toggleMode(2),
  },
  {
    id: 'node.bypass', label: (w) => w.canvas.commands.bypass, keys: ['Ctrl+B'],
    menu: 'node', can: nodes, on: all((n) => n.shape.mode === 'bypassed'),
    run: () => toggleMode(4),
  },
  {
    id: 'node.collapse', label: (w) => w.canvas.commands.collapse, keys: ['Alt+C'],
    menu: 'node', can: nodes, on: all((n) => n.shape.collapsed),
    run: () => toggleFlag('collapsed'),
  },
  {
    id: 'node.pin', label: (w) => w.canvas.commands.pin, keys: ['P'],
    menu: 'node', can: () => nodes() && onCanvas(), on: all((n) => n.shape.pinned),
    run: () => toggleFlag('pinned'),
  },
  { id: 'node.fitSize', label: (w) => w.canvas.commands.fitSize, menu: 'node', can: nodes, run: fitSizes },
  { id: 'node.colour', label: (w) => w.canvas.commands.colour, menu: 'node', can: nodes, run: showColours },
  { id: 'node.replace', label: (w) => w.canvas.commands.replace, menu: 'node', can: ofOneClass, run: showReplace },
  {
    id: 'node.group', label: (w) => w.canvas.commands.group, keys: ['Ctrl+G'], menu: 'node', line: true, can: some,
    run: () => groupChosen(wordsNow().canvas.newGroup),
  },
  {
    id: 'node.cutLinks', label: (w) => w.canvas.commands.links, keys: ['Shift+L'], menu: 'node', can: nodes,
    run: showLinks,
  },
  {
    id: 'node.delete', label: (w) => w.canvas.commands.delete, menu: 'node', line: true, quiet: true, can: some,
    run: () => removeChosen(),
  },
  {
    id: 'link.delete', label: (w) => w.canvas.commands.delete, menu: 'link', quiet: true, can: some,
    run: () => removeChosen(),
  },
  {
    id: 'group.rename', label: (w) => w.canvas.commands.rename, menu: 'group', quiet: true, can: some,
    run: renameGroupChosen,
  },
  { id: 'group.select', label: (w) => w.canvas.commands.selectIn, menu: 'group', quiet: true, can: some, run: chooseInGroups },
  {
    id: 'group.mute', label: (w) => w.canvas.commands.mute, menu: 'group', line: true, quiet: true, can: some,
    run: () => (chooseInGroups(), toggleMode(2)),
  },
  {
    id: 'group.bypass', label: (w) => w.canvas.commands.bypass, menu: 'group', quiet: true, can: some,
    run: () => (chooseInGroups(), toggleMode(4)),
  },
  { id: 'group.fit', label: (w) => w.canvas.commands.fitGroup, menu: 'group', line: true, quiet: true, can: some, run: fitGroups },
  { id: 'group.colour', label: (w) => w.canvas.commands.colour, menu: 'group', quiet: true, can: some, run: showColours },
  {
    id: 'group.delete', label: (w) => w.canvas.commands.ungroup, menu: 'group', line: true, quiet: true, can: some,
    run: () => removeChosen(),
  },
];

const looking: readonly Command[] = [
  { id: 'view.fit', label: (w) => w.canvas.commands.fit, keys: ['.'], menu: 'view', line: true, run: fitSelection },
  { id: 'view.fitAll', label: (w) => w.canvas.commands.fitAll, keys: ['Shift+.'], menu: 'view', run: fitAll },
  { id: 'view.zoomIn', label: (w) => w.zoom.in, keys: ['Alt+='], held: true, menu: 'view', run: zoomIn },
  { id: 'view.zoomOut', label: (w) => w.zoom.out, keys: ['Alt+-'], held: true, menu: 'view', run: zoomOut },
  { id: 'view.zoomReset', label: (w) => w.zoom.reset, keys: ['Alt+0'], menu: 'view', run: () => zoomTo(1) },
  {
    id: 'view.map', label: (w) => w.canvas.map, keys: ['Alt+M'], menu: 'view', on: () => useHand.getState().map,
    run: () => useHand.setState((s) => ({ map: !s.map })),
  },
  {
    id: 'view.select', label: (w) => w.canvas.commands.selectTool, keys: ['V'],
    menu: 'view', on: () => useSettings.getState().tool === 'select',
    run: () => useSettings.getState().choose({ tool: 'select' }),
  },
  {
    id: 'view.hand', label: (w) => w.canvas.commands.handTool, keys: ['H'],
    menu: 'view', on: () => useSettings.getState().tool === 'hand',
    run: () => useSettings.getState().choose({ tool: 'hand' }),
  },
];

function fitGroups() {
  const at = atNow();
  if (at) at.doc.together(() => itemsOf(at, chosen()).groups.forEach((index) => fitGroup(at, index)));
}

/** What is in the chosen groups, instead of these. */
function chooseInGroups() {
  const at = atNow();
  if (!at) return;
  const { nodes, reroutes } = membersOfGroups(at, itemsOf(at, chosen()).groups);
  choose([...nodes.map((id) => `node:${id}`), ...reroutes.map((id) => `reroute:${id}`)]);
}

const ARROWS = [['Left', -1, 0], ['Right', 1, 0], ['Up', 0, -1], ['Down', 0, 1]] as const;

const LEADS = [
  ['walk.out', 'followOut', 'Right'], ['walk.in', 'followIn', 'Left'], ['walk.around', 'around', 'Up'], ['walk.within', 'within', 'Down'],
] as const;

const walking: readonly Command[] = [
  ...ARROWS.flatMap(([way, dx, dy]): Command[] => [
    {
      id: `walk.${way}`, label: (w) => w.canvas.walk[way], keys: [`Arrow${way}`], quiet: true, can: onCanvas,
      run: () => walk(way.toLowerCase() as 'left'),
    },
    {
      id: `extend.${way}`, label: (w) => w.canvas.also(w.canvas.walk[way]), keys: [`Shift+Arrow${way}`], quiet: true,
      can: onCanvas,
      run: () => walk(way.toLowerCase() as 'left', true),
    },
    {
      id: `size.${way}`, label: (w) => w.canvas.size[way], keys: [`Alt+Shift+Arrow${way}`], quiet: true,
      can: () => onCanvas() && (nodes() || groupMeant() !== undefined),
      run: () => stretch(dx * grid(), dy * grid()),
    },
    {
      id: `nudge.${way}`, label: (w) => w.canvas.nudge[way], keys: [`Ctrl+Arrow${way}`], quiet: true,
      can: () => onCanvas() && keysMeant().length > 0,
      run: () => nudge(dx * grid(), dy * grid()),
    },
    {
      id: `push.${way}`, label: (w) => w.canvas.push[way], keys: [`Ctrl+Shift+Arrow${way}`], quiet: true,
      can: () => onCanvas() && keysMeant().length > 0,
      run: () => nudge(dx * grid() * 10, dy * grid() * 10),
    },
  ]),
  {
    id: 'walk.choose', label: (w) => w.canvas.commands.choose, keys: ['S'], quiet: true,
    can: () => onCanvas() && atStop() !== undefined,
    run: () => toggle(atStop()?.key ?? ''),
  },
  ...LEADS.map(([id, label, way]): Command => ({
    id, label: (w) => w.canvas.commands[label], keys: [`Alt+Arrow${way}`], quiet: true, can: onCanvas,
    run: () => follow(way.toLowerCase() as 'left'),
  })),
  {
    id: 'walk.enter', label: (w) => w.canvas.commands.enter, keys: ['Enter'], quiet: true,
    can: () => onCanvas() && atFocus() !== undefined,
    run: goInto,
  },
  {
    id: 'walk.leave', label: (w) => w.canvas.commands.leave, keys: ['Escape'], quiet: true,
    can: () => view.scene.doc !== undefined && document.querySelector('.menu') === null,
    run: goOut,
  },
  {
    id: 'walk.menu', label: (w) => w.canvas.commands.menu, keys: ['Shift+F10', 'ContextMenu'], quiet: true,
    can: onCanvas,
    run: openMenuHere,
  },
];

export const canvasCommands: readonly Command[] = [...editing, ...adding, ...ofNodes, ...shapeCommands, ...looking, ...walking];
