// The scene of the document on the screen, and which of its nodes have a body: what the canvas is drawn from.
import { useStoreApi } from '@xyflow/react';
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState, useSyncExternalStore } from 'react';
import { useDefs } from '../defs/defs.ts';
import type { Document } from '../doc/document.ts';
import type { Id } from '../doc/links.ts';
import { isNear, NONE_NEAR, nearOf, type Near } from './near.ts';
import { EMPTY_SCENE, sceneOf, type NodeView, type Scene } from './scene.ts';
import { repaint, useHand, view } from './view.ts';

const SLICE_MS = 8; // of a frame, for bodies that are new
const FIRST_SLICE = 6; // bodies

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

/** Those of the wanted that are there, and as many new ones as a frame has time for. */
function nextSlice(wanted: readonly string[], has: ReadonlySet<string>, most: number): ReadonlySet<string> {
  const next = new Set(wanted.filter((key) => has.has(key)));
  let added = 0;
  for (const key of wanted) {
    if (added >= most) break;
    if (next.has(key)) continue;
    next.add(key);
    added++;
  }
  return next;
}

const same = (a: ReadonlySet<string>, b: ReadonlySet<string>) => a.size === b.size && [...a].every((key) => b.has(key));

/** The nodes with a body: they come a few at a time, the nearest first; what is missing is a box meanwhile. */
export function useBodies(scene: Scene): readonly NodeView[] {
  const near = useNear(scene);
  const focus = useHand((s) => s.focus);
  const [has, setHas] = useState<ReadonlySet<string>>(new Set());
  const slice = useRef(FIRST_SLICE);
  const began = useRef(0);
  const wanted = useMemo(() => {
    const key = `node:${focus}`;
    return near.far || focus === undefined || near.ids.includes(key) || !scene.byKey.has(key) ? near.ids : [...near.ids, key];
  }, [near, focus, scene]);

  useLayoutEffect(() => {
    if (began.current > 0) {
      const each = (performance.now() - began.current) / slice.current;
      slice.current = Math.max(2, Math.min(40, Math.round(SLICE_MS / Math.max(0.05, each))));
      began.current = 0;
    }
    view.shown = has;
    view.far = near.far;
    repaint();
    const next = nextSlice(wanted, has, slice.current);
    if (same(next, has)) return;
    const frame = requestAnimationFrame(() => {
      if ([...next].some((key) => !has.has(key))) began.current = performance.now();
      setHas(next);
    });
    return () => cancelAnimationFrame(frame);
  }, [wanted, has, near.far]);
  useEffect(() => {
    slice.current = FIRST_SLICE;
  }, [scene.graph]);
  return useMemo(() => [...has].flatMap((key) => scene.byKey.get(key) ?? []), [has, scene]);
}
