// Nodes in line with each other, and with the same room between them.
import { around, pairOf, pairPlace } from './geometry.ts';
import type { Json, JsonObject } from './json.ts';
import type { Id } from './links.ts';
import type { NodeShape } from './shape.ts';
import { shapeOf } from './shapes.ts';
import type { At } from './wire.ts';

export type Edge = 'left' | 'right' | 'top' | 'bottom' | 'centre' | 'middle';

interface Standing {
  node: JsonObject;
  shape: NodeShape;
}

function standing(at: At, ids: readonly Id[]): Standing[] {
  const nodes = [...new Set(ids.map(String))].map((id) => at.doc.node(id, at.graph)).filter((n) => n !== undefined);
  return nodes.map((node) => ({ node, shape: shapeOf(node, at.graph, at.doc, at.defs) })).filter(({ shape }) => !shape.pinned);
}

/** Gives each node one coordinate of its left upper corner; the other stays. */
function put(at: At, label: string, places: readonly (readonly [Standing, number])[], axis: 0 | 1) {
  at.doc.transact(label, (e) => {
    for (const [{ node, shape }, value] of places) {
      const by = value - (axis === 0 ? shape.x : shape.y);
      const pair = pairOf(node, 'pos');
      const place = pairPlace(node, 'pos');
      if (place) e.set(place, axis, pair[axis] + by);
      else e.set(node, 'pos', (axis === 0 ? [pair[0] + by, pair[1]] : [pair[0], pair[1] + by]) as Json);
      e.touch(node['id'] as Id);
    }
  });
}

/** Moves nodes to one edge of the box around them, or to its middle line: "centre" is the upright one. */
export function align(at: At, ids: readonly Id[], edge: Edge) {
  const all = standing(at, ids);
  const box = around(all.map((s) => s.shape));
  if (!box || all.length < 2) return;
  const to: Record<Edge, (s: NodeShape) => number> = {
    left: () => box.x,
    right: (s) => box.x + box.width - s.width,
    centre: (s) => Math.round(box.x + (box.width - s.width) / 2),
    top: () => box.y,
    bottom: (s) => box.y + box.height - s.height,
    middle: (s) => Math.round(box.y + (box.height - s.height) / 2),
  };
  put(at, 'align', all.map((s) => [s, to[edge](s.shape)] as const), edge === 'left' || edge === 'right' || edge === 'centre' ? 0 : 1);
}

/** Leaves the same room between nodes that stand beside each other, or one below the other; the outermost stay. */
export function distribute(at: At, ids: readonly Id[], way: 'across' | 'down') {
  const [start, size] = way === 'across' ? (['x', 'width'] as const) : (['y', 'height'] as const);
  const all = standing(at, ids).sort((a, b) => a.shape[start] - b.shape[start]);
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last || all.length < 3) return;
  const room = last.shape[start] + last.shape[size] - first.shape[start];
  const gap = (room - all.reduce((sum, s) => sum + s.shape[size], 0)) / (all.length - 1);
  let from = first.shape[start];
  put(at, 'align', all.map((s) => {
    const place = Math.round(from);
    from += s.shape[size] + gap;
    return [s, s === last ? s.shape[start] : place] as const;
  }), way === 'across' ? 0 : 1);
}
