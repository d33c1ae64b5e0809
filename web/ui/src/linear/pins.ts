// Pinning from the graph: one field, or all of a node, on and off again. Pins are of nodes of the workflow itself.
import { activeDocument, type Opened } from '../app/documents.ts';
import { isPinned, pin } from '../doc/linear.ts';
import type { Id } from '../doc/links.ts';
import { view } from '../canvas/view.ts';
import type { NodeView } from '../canvas/scene.ts';

export const canPin = (at: Opened | undefined) => at !== undefined && at.path.length === 0;

export function togglePin(at: Opened | undefined, node: Id, widget: string) {
  if (at && canPin(at)) pin(at.doc, node, widget, !isPinned(at.doc, node, widget));
}

/** The field that has the focus on the canvas. */
export function fieldInHand(): { node: Id; widget: string } | undefined {
  const row = document.activeElement?.closest<HTMLElement>('.graph .row');
  const widget = row?.dataset['widget'];
  const key = row?.closest<HTMLElement>('.react-flow__node')?.dataset['id'];
  const node = key === undefined ? undefined : view.scene.byKey.get(key)?.shape.id;
  return widget !== undefined && node !== undefined && canPin(activeDocument()) ? { node, widget } : undefined;
}

/** The field at a height of the canvas. */
export const fieldAt = ({ shape }: NodeView, y: number) =>
  shape.collapsed ? undefined : shape.widgets.find((w) => y >= shape.y + w.y && y < shape.y + w.y + w.height);

const each = (nodes: readonly NodeView[]) => nodes.flatMap(({ shape }) => shape.widgets.map((w) => ({ node: shape.id, widget: w.name })));

export const allPinned = (at: Opened | undefined, nodes: readonly NodeView[]) =>
  at !== undefined && each(nodes).every((f) => isPinned(at.doc, f.node, f.widget));

export const hasFields = (nodes: readonly NodeView[]) => nodes.some((n) => n.shape.widgets.length > 0);

export function togglePins(at: Opened | undefined, nodes: readonly NodeView[]) {
  if (!at || !canPin(at)) return;
  const on = !allPinned(at, nodes);
  at.doc.together(() => {
    for (const { node, widget } of each(nodes)) pin(at.doc, node, widget, on);
  });
}
