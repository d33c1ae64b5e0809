// What React Flow is given for a node that has a body: made once for what is shown, so that it draws nothing twice.
import type { Node } from '@xyflow/react';
import type { Document } from '../doc/document.ts';
import type { NodeView } from './scene.ts';

export type BodyNode = Node<{ doc: Document; box: NodeView; prefix: string }, 'body'>;

const known = new WeakMap<NodeView, BodyNode>();

export function bodyOf(doc: Document, box: NodeView, prefix: string): BodyNode {
  const found = known.get(box);
  if (found && found.data.prefix === prefix) return found;
  const { width, height } = box;
  const made: BodyNode = {
    id: box.key, type: 'body', position: { x: box.x, y: box.y }, data: { doc, box, prefix }, width, height, handles: [],
    measured: { width, height }, style: { pointerEvents: 'all' }, focusable: false, draggable: false, selectable: false, connectable: false,
  };
  known.set(box, made);
  return made;
}
