// What is done with a model: it goes into a field that takes its kind, or a node that loads it is added; an embedding goes into a
// prompt. Which fields take which kind is what /limn/plans says.
import { say } from '../app/toasts.ts';
import { undoing } from '../app/undoing.ts';
import { addHere, inSight } from '../canvas/adding.ts';
import { titleIn } from '../canvas/names.ts';
import type { NodeView, Scene } from '../canvas/scene.ts';
import { chosen } from '../canvas/select.ts';
import { useHand, toCanvas, view } from '../canvas/view.ts';
import { useSettings } from '../app/settings.ts';
import type { Defs } from '../defs/def.ts';
import { reloadDef, useDefs } from '../defs/defs.ts';
import { usesOf } from '../defs/uses.ts';
import { setWidgetValues } from '../doc/ops.ts';
import type { WidgetShape } from '../doc/shape.ts';
import { valueOf } from '../doc/values.ts';
import { roomWords } from '../i18n/room.ts';
import { models as room } from '../i18n/words/models.ts';
import type { Point } from '../canvas/curve.ts';
import { EMBEDDINGS, fieldsFor, loaderFor, valueFor } from './folders.ts';
import type { Model } from './list.ts';
import { bareOf } from './shown.ts';

export interface Target {
  node: Pick<NodeView, 'node' | 'shape'>;
  widget: WidgetShape;
}

function targetIn(node: NodeView, kind: string, defs: Defs): Target[] {
  return fieldsFor(node.node, node.shape.widgets, kind, defs).slice(0, 1).map((widget) => ({ node, widget }));
}

/** Where "use" puts it: into the chosen nodes that take it, or the one at the keyboard, or the only one there is. */
export function targetsFor(kind: string, scene: Scene = view.scene): Target[] {
  const { defs } = useDefs.getState();
  const at = scene.byKey.get(useHand.getState().focus ?? '');
  const picked = scene.nodes.filter((n) => chosen().has(n.key)).flatMap((n) => targetIn(n, kind, defs));
  if (picked.length) return picked;
  const focused = at ? targetIn(at, kind, defs) : [];
  if (focused.length || kind === EMBEDDINGS) return focused;
  const all = scene.nodes.flatMap((n) => targetIn(n, kind, defs));
  return all.length === 1 ? all : [];
}

export const nameOfTarget = ({ node }: Target) => titleIn(node, useSettings.getState().language);

/** Into these fields, as one step. A file that came after the page began is in their lists from then on. */
export function putInto(model: Model, targets: readonly Target[]) {
  const { doc } = view.scene;
  const first = targets[0];
  if (!doc || !first) return;
  setWidgetValues(doc, 'model', targets.map(({ node: { node }, widget }) => ({ node, widget, value: valueFor(model, valueOf(node, widget)) })));
  for (const { node, widget } of targets)
    if (model.kind !== EMBEDDINGS && !widget.def?.choices?.includes(model.name)) void reloadDef(String(node.node['type'])).catch(console.warn);
  say((w) => roomWords(room, w).put(bareOf(model.name), nameOfTarget(first), targets.length), undoing(doc));
}

/** A node that loads it, at a point of the screen (from the canvas's corner); false: no class here does. */
export function addLoader(model: Model, at?: Point): boolean {
  const { defs } = useDefs.getState();
  const loader = loaderFor(model.kind, defs, usesOf());
  if (!loader || !view.scene.doc) return false;
  addHere(loader.name, { [loader.input]: valueFor(model, '') }, at ? { place: toCanvas(at) } : inSight());
  const input = defs.get(loader.name)?.inputs.find((i) => i.name === loader.input);
  if (model.kind !== EMBEDDINGS && !input?.choices?.includes(model.name)) void reloadDef(loader.name).catch(console.warn);
  return true;
}

export function giveModel(model: Model) {
  const targets = targetsFor(model.kind);
  if (targets.length) putInto(model, targets);
  else if (!addLoader(model)) say((w) => roomWords(room, w).noLoader(roomWords(room, w).kinds[model.kind] ?? model.kind));
}

const fieldValues = (n: NodeView, kind: string, defs: Defs) => fieldsFor(n.node, n.shape.widgets, kind, defs).map((w) => valueOf(n.node, w));

/** The nodes of the graph on the screen that have it in a field. */
export function usersOf(model: Model, scene: Scene): NodeView[] {
  const { defs } = useDefs.getState();
  const is = (value: unknown) => typeof value === 'string' && (model.kind === EMBEDDINGS ? value.includes(valueFor(model, '')) : value === model.name);
  return scene.nodes.filter((n) => fieldValues(n, model.kind, defs).some(is));
}

/** The files of a kind that the graph on the screen names; embeddings stand within texts, and are not among them. */
export function usedNames(kind: string, scene: Scene): ReadonlySet<string> {
  const { defs } = useDefs.getState();
  if (kind === EMBEDDINGS) return new Set();
  return new Set(scene.nodes.flatMap((n) => fieldValues(n, kind, defs)).filter((v) => typeof v === 'string'));
}
