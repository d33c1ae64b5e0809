// The keyboard on the canvas: from node to node, to points and groups, into a node and out again.
import { around } from './boxes.ts';
import { lookAt, reveal } from './camera.ts';
import { viewOf } from './near.ts';
import { enter, leave } from './presses.ts';
import { choose, chosen, focusOn } from './select.ts';
import { useHand, view } from './view.ts';
import { along, inward, middleOf, outward, peersOf, stopOf, toward, type Stop, type Way } from './walk.ts';
import type { NodeView } from './scene.ts';

const READABLE = 0.7; // the zoom at which a field is worked in

export const graphElement = () => document.querySelector<HTMLElement>('.graph');

/** Nothing else has the keys. */
export function onCanvas(): boolean {
  const at = document.activeElement;
  if (graphElement()?.closest('[inert]')) return false; // another view is over it
  return view.scene.doc !== undefined && (at === graphElement() || at === document.body || at === null);
}

export const atFocus = (): NodeView | undefined => view.scene.byKey.get(useHand.getState().focus ?? '');

/** The node, group or point that the keyboard is at. */
export const atStop = (): Stop | undefined => stopOf(view.scene, useHand.getState().focus);

export function arriveAt(stop: Stop | undefined, also: Iterable<string> = []) {
  if (!stop) return;
  focusOn(stop.key);
  choose([...also, stop.key]);
  reveal(stop);
  graphElement()?.focus({ preventScroll: true });
}

/** To what was just made, or will be on the screen in a moment. */
export function goToStop(key: string) {
  focusOn(key);
  choose([key]);
  requestAnimationFrame(() => arriveAt(stopOf(view.scene, key)));
}

/** `adding`: what is chosen stays so. */
export function walk(way: Way, adding = false) {
  const { scene, camera, size } = view;
  const from = atStop() ?? scene.nodes.find((n) => chosen().has(n.key));
  const first = () => middleOf<Stop>(scene.nodes.length ? scene.nodes : scene.groups, viewOf(camera, size));
  arriveAt(from ? toward(peersOf(scene, from.key), from, way) : first(), adding ? chosen() : []);
}

const LEADS = { left: along, right: along, up: outward, down: inward };

/** Along a link, to its next point or node; up to the group around it, and down into one. */
export function follow(way: Way) {
  const from = atStop();
  if (from) arriveAt(LEADS[way](view.scene, from, way as 'left'));
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
