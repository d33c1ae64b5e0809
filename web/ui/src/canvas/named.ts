// What nodes and sockets are called now, for lists and for what is said of them.
import { useSettings } from '../app/settings.ts';
import { slotLabel } from '../defs/labels.ts';
import type { SocketShape } from '../doc/shape.ts';
import { titleIn } from './names.ts';
import { nodeKey, type Scene } from './scene.ts';

/** Of a node of a graph by its id; an edge of a subgraph has none. */
export function titleById(scene: Scene, id: string): string {
  const box = scene.byKey.get(nodeKey(id));
  return box ? titleIn(box, useSettings.getState().naming) : '';
}

export const slotIn = ({ name, label }: Pick<SocketShape, 'name' | 'label'>) => slotLabel(name, label, useSettings.getState().naming);
