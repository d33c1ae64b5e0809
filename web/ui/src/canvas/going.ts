// The keyboard on the canvas: from node to node, into one and out again.
import { around } from './boxes.ts';
import { lookAt, reveal } from './camera.ts';
import { viewOf } from './near.ts';
import { enter, leave } from './presses.ts';
import { choose, chosen } from './select.ts';
import { useHand, view } from './view.ts';
import { along, middleOf, toward, type Way } from './walk.ts';
import type { NodeView } from './scene.ts';

const READABLE = 0.7; // the zoom at which a field is worked in

export const graphElement = () => document.querySelector<HTMLElement>('.graph');

/** Nothing else has the keys. */
export function onCanvas(): boolean {
  const at = document.activeElement;
  if (graphElement()?.closest('[inert]')) return false; // another view is over it
  return view.scene.doc !== undefined && (at === graphElement() || at === document.body || at === null);
}

export const atFocus = (): NodeView | undefined => view.scene.byKey.get(`node:${useHand.getState().focus}`);

function arriveAt(node: NodeView | undefined, also: Iterable<string> = []) {
  if (!node) return;
  useHand.setState({ focus: node.id });
  choose([...also, node.key]);
  reveal(node);
  graphElement()?.focus({ preventScroll: true });
}

/** `adding`: what is chosen stays so. */
export function walk(way: Way, adding = false) {
  const { scene, camera, size } = view;
  const from = atFocus() ?? scene.nodes.find((n) => chosen().has(n.key));
  arriveAt(from ? toward(scene.nodes, from, way) : middleOf(scene.nodes, viewOf(camera, size)), adding ? chosen() : []);
}

export function followLink(way: 'left' | 'right') {
  const from = atFocus();
  if (from) arriveAt(along(view.scene, from, way));
}

const FIELD = '.row [tabindex], .row input, .row textarea, .row button, .node-pictures :is(button, audio)';

const fieldsOf = (node: string) =>
  [...document.querySelectorAll<HTMLElement>(`.react-flow__node[data-id="node:${CSS.escape(node)}"] :is(${FIELD})`)];

/** Into the graph it stands for, or to its first field. */
export function goInto() {
  const node = atFocus();
  if (!node || enter(node)) return;
  const { camera, size } = view;
  if (camera.zoom < READABLE) {
    const box = around([node]) ?? node;
    lookAt({ x: size.width / 2 - (box.x + box.width / 2) * READABLE, y: size.height / 2 - (box.y + box.height / 2) * READABLE, zoom: READABLE }, false);
  }
  let frames = 60;
  const go = () => {
    const field = fieldsOf(node.id)[0];
    if (field) field.focus({ preventScroll: true });
    else if (frames-- > 0) requestAnimationFrame(go);
  };
  go();
}

/** Out of a field, then of what is chosen, then of the subgraph. */
export function goOut() {
  if (document.activeElement?.closest('.graph :is(.row, .node-pictures)')) graphElement()?.focus({ preventScroll: true });
  else if (chosen().size > 0) choose([]);
  else leave();
}

/** Within a node Tab goes from field to field, and behind the last one back to the canvas. */
export function startFields(graph: HTMLElement): () => void {
  const key = (e: KeyboardEvent) => {
    const row = e.target instanceof Element ? e.target.closest('.row, .node-pictures') : null;
    const node = row?.closest<HTMLElement>('.react-flow__node')?.dataset['id']?.slice(5);
    if (!node || e.defaultPrevented || e.isComposing) return;
    if (e.key !== 'Tab' && !(e.key === 'Escape' && e.target === document.activeElement && !(e.target as Element).matches('input, textarea'))) return;
    const all = fieldsOf(node);
    const next = e.key === 'Tab' ? all[all.indexOf(e.target as HTMLElement) + (e.shiftKey ? -1 : 1)] : undefined;
    e.preventDefault();
    e.stopPropagation();
    (next ?? graph).focus({ preventScroll: true });
  };
  graph.addEventListener('keydown', key);
  return () => graph.removeEventListener('keydown', key);
}
