// One mask while it is edited: what each tool does with the pointer, and who is told of what changed.
import { create } from 'zustand';
import {
  clear, feather, fill, invert, joined, lasso, NOTHING, rectangle, stroke,
  type Area, type Mask, type Point,
} from './mask.ts';
import type { Picture } from './picture.ts';
import { back, forth, keep, newSteps } from './steps.ts';

export const TOOLS = ['brush', 'erase', 'rect', 'lasso', 'fill'] as const;
export type Tool = (typeof TOOLS)[number];
const TOLERANCE = 24; // of a colour's 255, when filling

interface Hand {
  tool: Tool;
  size: number; // a brush's diameter, in pixels of the picture
  hardness: number;
  feather: number;
}

/** What the hand holds stays from picture to picture. */
export const useHand = create<Hand>(() => ({ tool: 'brush', size: 48, hardness: 0.8, feather: 4 }));

export const LEAST_SIZE = 1;
export const MOST_SIZE = 512;

export function resize(by: number) {
  useHand.setState(({ size }) => ({ size: Math.min(MOST_SIZE, Math.max(LEAST_SIZE, Math.round(size * by + Math.sign(by - 1)))) }));
}

interface Gesture {
  was: Uint8Array; // the mask before
  area: Area;
  points: Point[];
  erase: boolean;
}

export type Session = ReturnType<typeof newSession>;

export function newSession({ colours, mask }: Picture) {
  const steps = newSteps();
  const listeners = new Set<(area: Area) => void>();
  let gesture: Gesture | undefined;
  let version = 0;

  function tell(area: Area) {
    for (const heard of listeners) heard(area);
  }

  /** A step is over: who counts and offers steps looks anew. */
  function settle(area: Area) {
    version++;
    tell(area);
  }

  /** A shape is drawn anew with each move: what stood there comes back first. */
  function shape(g: Gesture, draw: (mask: Mask) => Area) {
    const before = g.area;
    mask.at.set(g.was);
    g.area = draw(mask);
    tell(joined(before, g.area));
  }

  function whole(change: (mask: Mask) => Area) {
    const was = mask.at.slice();
    const area = change(mask);
    keep(steps, mask, was, area);
    settle(area);
  }

  function draw(g: Gesture, from: Point, to: Point, pressure: number) {
    const { tool, size, hardness } = useHand.getState();
    if (tool === 'rect') return shape(g, (m) => rectangle(m, g.points[0] as Point, to, g.erase));
    if (tool === 'lasso') return shape(g, (m) => lasso(m, g.points, g.erase));
    const area = stroke(mask, from, to, { radius: (size / 2) * pressure, hardness, erase: g.erase });
    g.area = joined(g.area, area);
    tell(area);
  }

  return {
    colours,
    mask,
    /** Rises with each step. */
    version: () => version,
    /** Hears of each area that changed; an empty one: only the steps did. */
    subscribe(heard: (area: Area) => void): () => void {
      listeners.add(heard);
      return () => void listeners.delete(heard);
    },
    /** `pressure` is a pen's, 0 to 1; `other` does the opposite of what the tool does. */
    begin(at: Point, pressure: number, other: boolean) {
      const { tool } = useHand.getState();
      const erase = (tool === 'erase') !== other;
      if (tool === 'fill') return whole((m) => fill(m, colours.data, at, TOLERANCE, erase));
      gesture = { was: mask.at.slice(), area: NOTHING, points: [at], erase };
      draw(gesture, at, at, pressure);
    },
    move(at: Point, pressure: number) {
      if (!gesture) return;
      const from = gesture.points.at(-1) as Point;
      gesture.points.push(at);
      draw(gesture, from, at, pressure);
    },
    end() {
      if (gesture) keep(steps, mask, gesture.was, gesture.area);
      gesture = undefined;
      settle(NOTHING);
    },
    /** As it was before the pointer went down; false: it is not down. */
    abort(): boolean {
      if (!gesture) return false;
      mask.at.set(gesture.was);
      tell(gesture.area);
      gesture = undefined;
      return true;
    },
    canUndo: () => steps.done > 0,
    canRedo: () => steps.done < steps.kept.length,
    undo: () => settle(back(steps, mask) ?? NOTHING),
    redo: () => settle(forth(steps, mask) ?? NOTHING),
    clear: () => whole(clear),
    invert: () => whole(invert),
    feather: () => whole((m) => feather(m, useHand.getState().feather)),
  };
}
