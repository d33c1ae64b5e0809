// What a double click does: on the ground a list of nodes, on a link a point, on a subgraph the way into it.
import { show, useDocuments } from '../app/documents.ts';
import { addReroute } from '../doc/ops-reroutes.ts';
import { offerNodes } from './adding.ts';
import type { Point } from './curve.ts';
import { atNow } from './edit.ts';
import type { Hit } from './hit.ts';
import { choose } from './select.ts';
import type { NodeView } from './scene.ts';
import { useHand, view } from './view.ts';

export function startRenaming(key: string) {
  useHand.setState({ renaming: key });
}

/** Shows the graph that a node stands for. */
export function enter(node: NodeView): boolean {
  const opened = useDocuments.getState().opened.find((o) => o.doc.uid === view.uid);
  if (!opened || node.shape.kind !== 'subgraph') return false;
  show(view.uid, { path: [...opened.path, node.shape.id], selection: new Set() });
  useHand.setState({ focus: undefined });
  return true;
}

/** Out of the subgraph on the screen, with the keyboard at where it was entered. */
export function leave(): boolean {
  const opened = useDocuments.getState().opened.find((o) => o.doc.uid === view.uid);
  const last = opened?.path.at(-1);
  if (!opened || last === undefined) return false;
  show(view.uid, { path: opened.path.slice(0, -1), selection: new Set([`node:${last}`]) });
  useHand.setState({ focus: `node:${last}` });
  return true;
}

export function startInserting(hit: Hit, p: Point, screen: Point) {
  const at = atNow();
  if (!at) return;
  if (hit.kind === 'link') choose([`reroute:${addReroute(at, hit.link.id, [Math.round(p.x), Math.round(p.y)], hit.behind)}`]);
  else if (hit.kind === 'node') enter(hit.node);
  else if (hit.kind === 'empty') offerNodes(screen, undefined, p);
}
