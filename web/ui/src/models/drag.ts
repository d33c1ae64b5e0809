// A model that is dragged out of the browser: onto a field that takes its kind, or onto nothing, where a node that loads it begins.
import type { Box } from '../canvas/boxes.ts';
import type { Point } from '../canvas/curve.ts';
import { graphElement } from '../canvas/going.ts';
import { hitAt } from '../canvas/hit.ts';
import type { NodeView } from '../canvas/scene.ts';
import { toCanvas, view } from '../canvas/view.ts';
import { usesOf } from '../defs/uses.ts';
import { useDefs } from '../defs/defs.ts';
import { shapeOf } from '../doc/shapes.ts';
import { fieldsFor, loaderFor } from './folders.ts';
import type { Model } from './list.ts';
import { addLoader, putInto, type Target } from './use.ts';

const KIND = 'application/x-limn-model';
const READABLE = 0.45; // the zoom from which rows of nodes are seen

type Aim = { is: 'field'; target: Target } | { is: 'nothing' } | undefined;

/** The field under the hand; on another place of its node: the first one that takes it. */
export function fieldAt(node: NodeView, p: Point, kind: string): Target | undefined {
  const fields = fieldsFor(node.node, node.shape.widgets, kind, useDefs.getState().defs);
  const y = p.y - node.shape.y;
  const widget = fields.find((w) => y >= w.y && y <= w.y + w.height) ?? fields[0];
  return widget && { node, widget };
}

function aimAt(p: Point, kind: string): Aim {
  const hit = hitAt(view.scene, toCanvas(p), view.camera.zoom, { links: false });
  const node = hit.kind === 'node' ? hit.node : hit.kind === 'socket' ? view.scene.byKey.get(`node:${hit.end.node}`) : undefined;
  if (node) {
    const target = fieldAt(node, toCanvas(p), kind);
    return target && { is: 'field', target };
  }
  return view.scene.doc && loaderFor(kind, useDefs.getState().defs, usesOf()) ? { is: 'nothing' } : undefined;
}

function boxOf({ node: { shape }, widget }: Target): Box {
  const rows = view.camera.zoom >= READABLE && !shape.collapsed;
  return { x: shape.x, y: shape.y + (rows ? widget.y : 0), width: shape.width, height: rows ? widget.height : shape.height };
}

/** A frame around what would take it. */
function makeMark(canvas: HTMLElement) {
  const mark = document.createElement('div');
  mark.className = 'model-mark';
  mark.hidden = true;
  canvas.append(mark);
  const show = (aim: Aim) => {
    mark.hidden = aim?.is !== 'field';
    if (aim?.is !== 'field') return;
    const { x, y, zoom } = view.camera;
    const box = boxOf(aim.target);
    mark.style.translate = `${box.x * zoom + x}px ${box.y * zoom + y}px`;
    mark.style.width = `${box.width * zoom}px`;
    mark.style.height = `${box.height * zoom}px`;
  };
  return { show, remove: () => mark.remove() };
}

/** A field of the App view, under the hand; the graph lies beneath it. */
function formField(at: EventTarget | null, kind: string): { field: HTMLElement; target: Target } | undefined {
  const field = at instanceof Element ? at.closest<HTMLElement>('.linear-field') : null;
  const { doc } = view.scene;
  const node = field && doc?.node(field.dataset['node'] ?? '');
  if (!field || !doc || !node) return undefined;
  const { defs } = useDefs.getState();
  const shape = shapeOf(node, doc.raw, doc, defs);
  const widget = fieldsFor(node, shape.widgets, kind, defs).find((w) => w.name === field.dataset['widget']);
  return widget && { field, target: { node: { node, shape }, widget } };
}

function dropOnForm(model: Model, signal: AbortSignal) {
  let over: HTMLElement | undefined;
  const mark = (field: HTMLElement | undefined) => {
    over?.removeAttribute('data-takes');
    field?.setAttribute('data-takes', 'true');
    over = field;
  };
  addEventListener('dragover', (e) => {
    const found = formField(e.target, model.kind);
    mark(found?.field);
    if (found) e.preventDefault();
  }, { signal });
  addEventListener('drop', (e) => {
    const found = formField(e.target, model.kind);
    if (!found) return;
    e.preventDefault();
    putInto(model, [found.target]);
  }, { signal });
  signal.addEventListener('abort', () => mark(undefined));
}

/** To be called when dragging begins. */
export function dragModel(data: DataTransfer, model: Model) {
  const canvas = graphElement();
  data.setData(KIND, model.name);
  data.setData('text/plain', model.name);
  data.effectAllowed = 'copy';
  if (!canvas) return;
  const mark = makeMark(canvas);
  const ending = new AbortController();
  const { signal } = ending;
  const pointOf = (e: DragEvent): Point => {
    const box = canvas.getBoundingClientRect();
    return { x: e.clientX - box.x, y: e.clientY - box.y };
  };
  canvas.addEventListener('dragover', (e) => {
    const aim = aimAt(pointOf(e), model.kind);
    mark.show(aim);
    if (!aim) return;
    e.preventDefault();
    if (e.dataTransfer) e.dataTransfer.dropEffect = 'copy';
  }, { signal });
  canvas.addEventListener('dragleave', (e) => !canvas.contains(e.relatedTarget as Node | null) && mark.show(undefined), { signal });
  canvas.addEventListener('drop', (e) => {
    const at = pointOf(e);
    const aim = aimAt(at, model.kind);
    if (!aim) return;
    e.preventDefault();
    e.stopPropagation();
    if (aim.is === 'field') putInto(model, [aim.target]);
    else addLoader(model, at);
  }, { signal });
  dropOnForm(model, signal);
  addEventListener('dragend', () => (ending.abort(), mark.remove()), { once: true });
}
