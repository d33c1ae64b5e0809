// Two gestures on empty ground: a frame that chooses what it touches, and a stroke that cuts links.
import { between, grown, overlap } from './boxes.ts';
import { isCut, type Point } from './curve.ts';
import { cutLinks } from './edit.ts';
import type { Gesture } from './gestures.ts';
import { choose, chosen } from './select.ts';
import { repaint, useHand, view } from './view.ts';

/** `adding`: to what is chosen already. Groups are chosen when they lie within the frame as a whole. */
export function frame(from: Point, adding: boolean): Gesture {
  const before = chosen();
  const end = () => {
    view.frame = undefined;
    repaint();
  };
  /** The keyboard goes on from what was framed, not from what was pressed before. */
  const drop = () => {
    end();
    const { focus } = useHand.getState();
    if (!chosen().has(focus ?? '')) useHand.setState({ focus: view.scene.nodes.find((n) => chosen().has(n.key))?.key });
  };
  return {
    move(p) {
      const box = between(from, p);
      const { nodes, reroutes, groups } = view.scene;
      const inside = groups.filter((g) => g.x >= box.x && g.y >= box.y && g.x + g.width <= box.x + box.width && g.y + g.height <= box.y + box.height);
      const touched = [
        ...nodes.filter((n) => overlap(n, box)),
        ...reroutes.filter((r) => overlap({ x: r.x, y: r.y, width: 0.1, height: 0.1 }, box)),
        ...inside,
      ];
      view.frame = box;
      choose([...(adding ? before : []), ...touched.map((t) => t.key)]);
      repaint();
    },
    drop,
    cancel() {
      choose(before);
      end();
    },
  };
}

export function cutStroke(from: Point): Gesture {
  let stroke: Point[] = [from];
  const end = () => {
    view.stroke = undefined;
    repaint();
  };
  return {
    move(p) {
      stroke = [...stroke, p];
      view.stroke = stroke;
      repaint();
    },
    drop() {
      const parts = stroke.slice(1).map((p, i) => [stroke[i] as Point, p] as const);
      const met = view.scene.links.filter((l) => parts.some(([a, b]) => overlap(l.box, grown(between(a, b), 0.1)) && isCut(l.points, a, b)));
      cutLinks(met.map((l) => l.id));
      end();
    },
    cancel: end,
  };
}
