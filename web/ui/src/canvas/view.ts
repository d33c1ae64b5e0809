// What the canvas shows now and what is being done to it: plain numbers that change with every move of a hand. Nothing of it
// is in the file; who draws it is asked to by repaint(), once a frame.
import { create } from 'zustand';
import type { Camera } from '../app/documents.ts';
import type { Box } from './boxes.ts';
import type { Point } from './curve.ts';
import type { Brush } from './paint.ts';
import { EMPTY_SCENE, type Scene, type SocketEnd } from './scene.ts';
import type { Size } from './near.ts';

/** A link that has one end in somebody's hand. */
export interface Pending {
  from: readonly SocketEnd[]; // several with one hand: all ends of an input that are taken elsewhere
  at: Point;
  type: string;
  over?: { kind: 'socket'; end: SocketEnd } | { kind: 'node'; id: string; end: SocketEnd } | undefined;
  refused?: SocketEnd | undefined; // under the hand, but it would close a circle or does not fit
}

export interface Moving {
  keys: ReadonlySet<string>; // as in a selection
  dx: number;
  dy: number;
  all?: boolean; // everything that there is, without keys: what is drawn moves as it stands
}

interface View {
  uid: string;
  scene: Scene;
  camera: Camera;
  size: Size;
  shown: ReadonlySet<string>; // nodes whose body is on the page
  far: boolean;
  movedAt: number; // when the camera moved last, ms
  moving?: Moving | undefined;
  sizing?: { key: string; width: number; height: number } | undefined; // a group whose corner is held
  pending?: Pending | undefined;
  frame?: Box | undefined; // of a selection under way
  stroke?: readonly Point[] | undefined; // that cuts links
  marks?: ((brush: Brush) => void) | undefined; // of a comparison, above everything
  over?: string | undefined; // the key of the link, reroute point or group under the pointer
}

export const view: View = {
  uid: '',
  scene: EMPTY_SCENE,
  camera: { x: 0, y: 0, zoom: 1 },
  size: { width: 1, height: 1 },
  shown: new Set(),
  far: false,
  movedAt: -Infinity,
};

/** Is the graph on the screen one that nodes stand for? */
export const inSubgraph = () => view.scene.graph !== undefined && view.scene.graph !== view.scene.doc?.raw;

/** What the page's elements hear of, too: what the keyboard is at, and the ends that a link in hand may go to. */
export const useHand = create<{
  focus?: string | undefined; // the key of a node, a group or a point
  map: boolean;
  find: boolean;
  fitting?: { side: 'in' | 'out'; type: string; of: string } | undefined;
  renaming?: string | undefined; // a key of a node or a group
}>(() => ({ map: true, find: false }));

/** Where what there is is drawn: as it is seen, and moved along where a hand has all of it. */
export function drawnFrom(): Camera {
  const { camera, moving } = view;
  return moving?.all ? { ...camera, x: camera.x + moving.dx * camera.zoom, y: camera.y + moving.dy * camera.zoom } : camera;
}

/** `anew`: something has changed; else the canvas was only moved. */
export type Painter = (anew: boolean) => void;

const painters = new Set<Painter>();
let asked = 0;
let changed = false;

function draw(anew: boolean) {
  changed ||= anew;
  asked ||= requestAnimationFrame(() => {
    const all = changed;
    asked = 0;
    changed = false;
    for (const paint of painters) paint(all);
  });
}

export const repaint = () => draw(true);

/** The camera has moved, and nothing else. */
export const slide = () => draw(false);

/** Returns what ends it. */
export function onRepaint(paint: Painter): () => void {
  painters.add(paint);
  return () => void painters.delete(paint);
}

export const toCanvas = (p: Point): Point => ({
  x: (p.x - view.camera.x) / view.camera.zoom,
  y: (p.y - view.camera.y) / view.camera.zoom,
});

export const toScreen = (p: Point): Point => ({
  x: p.x * view.camera.zoom + view.camera.x,
  y: p.y * view.camera.zoom + view.camera.y,
});
