// The scene of the document on the screen, and which of its nodes have a body: what the canvas is drawn from.
import { useStoreApi } from '@xyflow/react';
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState, useSyncExternalStore } from 'react';
import { flushSync } from 'react-dom';
import { useDefs } from '../defs/defs.ts';
import type { Document } from '../doc/document.ts';
import type { Id } from '../doc/links.ts';
import { letGo, useHeld } from './holding.ts';
import { isNear, nextBodies, NONE_NEAR, nearOf, type Near } from './near.ts';
import { EMPTY_SCENE, sceneOf, type NodeView, type Scene } from './scene.ts';
import { repaint, useHand, view } from './view.ts';

const SLICE_MS = 8; // of a frame, for bodies that are new
const FIRST_SLICE = 6; // bodies
const MOST_SLICE = 40;
const GOING = 4; // as many as come take no longer to go
const REST_MS = 150; // after the last move, before bodies go that are not wanted

export function useScene(doc: Document | undefined, path: readonly Id[]): Scene {
  const defs = useDefs((s) => s.defs);
  const was = useRef(EMPTY_SCENE);
  const version = useSyncExternalStore(
    (heard) => doc?.subscribe('*', heard) ?? (() => {}),
    () => doc?.changes ?? 0,
  );
  return useMemo(() => {
    void version;
    return (was.current = doc ? sceneOf(doc, path, defs, was.current) : EMPTY_SCENE);
  }, [doc, path, defs, version]);
}

/** What is to have a body, told when the view leaves what it was worked out for. */
function useNear(scene: Scene): Near {
  const store = useStoreApi();
  const near = useRef<{ of: Scene; near: Near }>({ of: EMPTY_SCENE, near: NONE_NEAR });
  const [, again] = useReducer((n: number) => n + 1, 0);

  const look = () => {
    const { transform: [x, y, zoom], width, height } = store.getState();
    const { of, near: was } = near.current;
    const camera = { x, y, zoom };
    const size = { width, height };
    if (of === scene && isNear(was, camera, size)) return false;
    const now = nearOf(scene.nodes, camera, size, was);
    near.current = { of: scene, near: now };
    return now.far !== was.far || now.ids.length !== was.ids.length || now.ids.some((id, i) => id !== was.ids[i]);
  };
  useLayoutEffect(() => store.subscribe((s, old) => {
    if ((s.transform !== old.transform || s.width !== old.width || s.height !== old.height) && look()) again();
  }));
  look();
  return near.current.near;
}

const NONE: ReadonlySet<string> = new Set();
const same = (a: ReadonlySet<string>, b: ReadonlySet<string>) => a.size === b.size && [...a].every((key) => b.has(key));

/** How many bodies a frame has time for, from what the last ones took until they were on the screen. */
function useTime() {
  const bodies = useRef(FIRST_SLICE);
  return useMemo(() => ({
    get bodies() {
      return bodies.current;
    },
    begin() {
      bodies.current = FIRST_SLICE;
    },
    spend(on: number, act: () => void) {
      const began = performance.now();
      act();
      setTimeout(() => { // behind the frame, whose styles, layout and painting count
        const each = (performance.now() - began) / Math.max(1, on);
        bodies.current = Math.max(1, Math.min(MOST_SLICE, Math.round(SLICE_MS / Math.max(0.05, each))));
      });
    },
  }), []);
}

/** The nodes with a body: they come a few at a time, the nearest first, and while the canvas moves none goes, since it may be wanted again in a
 * moment; far away they are only not seen. Who has no body is a box of the drawing, which lies behind: it need not be made anew for
 * those that come, only for those that go. */
export function useBodies(scene: Scene): { bodies: readonly NodeView[]; far: boolean } {
  const near = useNear(scene);
  const focus = useHand((s) => s.focus);
  const { playing, writing } = useHeld();
  const [has, setHas] = useState<ReadonlySet<string>>(NONE);
  const [rest, atRest] = useReducer((n: number) => n + 1, 0);
  const time = useTime();
  const drawn = useRef(has);
  const graph = useRef(scene.graph);
  const wanted = useMemo(() => {
    const kept = [...playing, writing, near.far ? undefined : focus].filter((key) => key !== undefined && scene.byKey.has(key) && !near.ids.includes(key));
    return kept.length ? [...near.ids, ...new Set(kept as string[])] : near.ids;
  }, [near, focus, scene, playing, writing]);

  useLayoutEffect(() => {
    const left = graph.current === scene.graph ? view.movedAt + REST_MS - performance.now() : 0;
    const go = graph.current !== scene.graph ? Infinity : left > 0 ? 0 : GOING * time.bodies;
    const next = nextBodies(wanted, has, time.bodies, go);
    const done = same(next, has);
    graph.current = scene.graph;
    view.shown = !near.far ? has : writing === undefined ? NONE : new Set([writing]);
    view.far = near.far;
    if (drawn.current !== view.shown && ((done && left <= 0) || [...drawn.current].some((key) => !view.shown.has(key)))) {
      drawn.current = view.shown;
      repaint();
    }
    const timer = left > 0 ? setTimeout(atRest, left + 1) : undefined;
    const come = [...next].filter((key) => !has.has(key)).length;
    const frame = done ? 0 : requestAnimationFrame(() => time.spend(come, () => flushSync(() => setHas(next))));
    return () => {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    };
  }, [wanted, has, near.far, rest, scene.graph, time, writing]);
  useEffect(() => time.begin(), [scene.graph, time]);
  useEffect(() => letGo, [scene.graph]);
  const bodies = useMemo(() => [...has].flatMap((key) => scene.byKey.get(key) ?? []), [has, scene]);
  return { bodies, far: near.far };
}
