// Where one looks: fit, near and far, and going to a node; for the canvas and for whoever wants to show something on it.
import type { ReactFlowInstance } from '@xyflow/react';
import { activate, show, useDocuments, type Camera } from '../app/documents.ts';
import { pairOf } from '../doc/geometry.ts';
import { isObject, type Json, type JsonObject } from '../doc/json.ts';
import { showView } from '../linear/view.ts';
import { around, overlap, type Box } from './boxes.ts';
import { viewOf, type Size } from './near.ts';
import { useHand, view } from './view.ts';
import { arrived, goalFrom, setOff, stopped } from './way.ts';

export const LEAST_ZOOM = 0.02;
export const MOST_ZOOM = 4;
const MARGIN = 32; // screen pixels around what is fitted; less on a page that has few
const STEP = 1.2;
const MS = 160;

let flow: ReactFlowInstance | undefined;
const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** The canvas that commands move. */
export function holdFlow(instance: ReactFlowInstance | undefined) {
  flow = instance;
}

export function lookAt(camera: Camera, smoothly = true) {
  if (!smoothly || calm.matches) {
    stopped();
    void flow?.setViewport(camera);
    return;
  }
  setOff(camera);
  void flow?.setViewport(camera, { duration: MS }).then(() => arrived(camera));
}

const bounded = (zoom: number, most = MOST_ZOOM) => Math.max(LEAST_ZOOM, Math.min(most, zoom));

/** The whole of a box, in the middle; never larger than life unless `most` says so. */
export function cameraFor(box: Box, { width, height }: Size, most = 1): Camera {
  const edges = 2 * Math.min(MARGIN, width / 8, height / 8);
  const zoom = bounded(Math.min((width - edges) / Math.max(1, box.width), (height - edges) / Math.max(1, box.height)), most);
  return { x: width / 2 - (box.x + box.width / 2) * zoom, y: height / 2 - (box.y + box.height / 2) * zoom, zoom };
}

/** What a file says of where it was looked at: { scale, offset }. Undefined where that shows none of its nodes. */
export function cameraIn(raw: JsonObject, nodes: readonly Box[], size: Size): Camera | undefined {
  const extra = raw['extra'];
  const ds = isObject(extra) ? extra['ds'] : undefined;
  if (!isObject(ds)) return undefined;
  const zoom = numberOf(ds['scale']);
  const offset = pairOf({ pos: ds['offset'] ?? null }, 'pos');
  if (zoom === undefined || zoom < 0.1 || zoom > MOST_ZOOM || (zoom === 1 && !offset[0] && !offset[1])) return undefined; // never moved
  const camera = { x: offset[0] * zoom, y: offset[1] * zoom, zoom };
  return nodes.some((n) => overlap(n, viewOf(camera, size))) ? camera : undefined;
}

const numberOf = (value: Json | undefined) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);

export function fitAll() {
  const { scene } = view;
  if (scene.box) lookAt(cameraFor(scene.box, view.size));
}

export function fitSelection() {
  const chosen = useDocuments.getState().opened.find((o) => o.doc.uid === view.uid)?.selection;
  const { nodes, groups } = view.scene;
  const box = around([...nodes, ...groups].filter((n) => chosen?.has(n.key)));
  if (box) lookAt(cameraFor(box, view.size));
  else fitAll();
}

/** About the middle of the canvas. */
export function zoomBy(times: number) {
  const { camera, size } = view;
  zoomTo(goalFrom(camera).zoom * times, { x: size.width / 2, y: size.height / 2 });
}

export const zoomIn = () => zoomBy(STEP);
export const zoomOut = () => zoomBy(1 / STEP);

export function zoomTo(to: number, about = { x: view.size.width / 2, y: view.size.height / 2 }) {
  const camera = goalFrom(view.camera);
  const zoom = bounded(to);
  const by = zoom / camera.zoom;
  lookAt({ x: about.x - (about.x - camera.x) * by, y: about.y - (about.y - camera.y) * by, zoom });
}

/** At once, by screen pixels. */
export function panBy(dx: number, dy: number) {
  const { x, y, zoom } = view.camera;
  lookAt({ x: x + dx, y: y + dy, zoom }, false);
}

/** Moves as little as is needed to have a box in view. */
export function reveal(box: Box) {
  const { size } = view;
  const camera = goalFrom(view.camera);
  const seen = viewOf(camera, size);
  const air = 40 / camera.zoom;
  const by = (low: number, length: number, from: number, extent: number) =>
    low - air < from ? from - low + air : low + length + air > from + extent ? from + extent - low - length - air : 0;
  const dx = by(box.x, Math.min(box.width, seen.width - 2 * air), seen.x, seen.width);
  const dy = by(box.y, Math.min(box.height, seen.height - 2 * air), seen.y, seen.height);
  if (dx || dy) lookAt({ ...camera, x: camera.x + dx * camera.zoom, y: camera.y + dy * camera.zoom });
}

let wanted: { uid: string; key: string; prefix: string } | undefined;

/** Shows a node of a document as a prompt names it ("12:3" is node 3 within instance 12): its tab, its graph, its place. */
export function goTo(uid: string, node: string) {
  const path = node.split(':');
  const id = path.pop() ?? '';
  const key = `node:${id}`;

  wanted = { uid, key, prefix: path.map((p) => `${p}:`).join('') };
  activate(uid);
  showView(uid, 'graph');
  show(uid, { path, selection: new Set([key]) });
  useHand.setState({ focus: key });
  arrive();
}

let whole = '';

/** All of a document that was just opened, wherever its file says one looked. */
export function showWhole(uid: string) {
  whole = uid;
  arrive();
}

/** Called by the canvas when it shows another graph: what was asked for before it did. */
export function arrive(): boolean {
  if (whole === view.uid && view.scene.box) {
    whole = '';
    lookAt(cameraFor(view.scene.box, view.size), false);
    return true;
  }
  const box = wanted && wanted.uid === view.uid && wanted.prefix === view.scene.prefix ? view.scene.byKey.get(wanted.key) : undefined;
  if (!box) return false;
  useHand.setState({ focus: wanted?.key });
  wanted = undefined;
  const { size } = view;
  const zoom = Math.max(goalFrom(view.camera).zoom, 0.7);
  lookAt({ x: size.width / 2 - (box.x + box.width / 2) * zoom, y: size.height / 2 - (box.y + box.height / 2) * zoom, zoom });
  return true;
}
