// Reroute points of links, and the two edges of a subgraph with the sockets that lead out of it.
import { markOf, pathAt } from '../defs/types.ts';
import { overlap } from './boxes.ts';
import { shiftOf, type Brush } from './paint.ts';
import { token, typeColour } from './palette.ts';
import { FONT, shorten } from './paint-text.ts';
import type { EdgeView } from './scene.ts';
import { view } from './view.ts';

const marks = new Map<string, Path2D>();

/** A type's mark, 12 by 12, its middle at 0, 0. */
export function markPath(type: string): Path2D {
  const mark = markOf(type);
  let path = marks.get(mark);
  if (!path) marks.set(mark, (path = new Path2D(pathAt(type, 0, 0))));
  return path;
}

export function paintReroutes({ ctx, seen, chosen }: Brush) {
  for (const point of view.scene.reroutes) {
    const { dx, dy } = shiftOf(point.key);
    const [x, y] = [point.x + dx, point.y + dy];
    if (!overlap({ x: x - 12, y: y - 12, width: 24, height: 24 }, seen)) continue;
    const marked = chosen.has(point.key) || view.over === point.key;
    ctx.beginPath();
    ctx.arc(x, y, marked ? 8 : 6, 0, 7);
    ctx.fillStyle = typeColour(point.type);
    ctx.fill();
    ctx.lineWidth = 2;
    ctx.strokeStyle = chosen.has(point.key) ? token('accent') : token('canvas');
    ctx.stroke();
  }
}

function paintEdge({ ctx, zoom }: Brush, edge: EdgeView) {
  ctx.beginPath();
  ctx.roundRect(edge.x, edge.y, edge.width, edge.height, 8);
  ctx.fillStyle = token('node');
  ctx.fill();
  ctx.lineWidth = 1 / Math.min(1, zoom);
  ctx.strokeStyle = token('control');
  ctx.setLineDash([8, 4]);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.textBaseline = 'middle';
  ctx.font = `12px ${FONT}`;
  for (const slot of [...edge.shape.inputs, ...edge.shape.outputs]) {
    const inner = edge.side === 'in';
    const x = inner ? edge.x + edge.width : edge.x;
    ctx.fillStyle = typeColour(slot.type);
    ctx.translate(x, edge.y + slot.y);
    ctx.fill(markPath(slot.type), 'evenodd');
    ctx.translate(-x, -edge.y - slot.y);
    if (zoom < 0.3) continue;
    ctx.fillStyle = token('text-2');
    ctx.textAlign = inner ? 'right' : 'left';
    ctx.fillText(shorten(ctx, slot.label, edge.width - 26), inner ? x - 14 : x + 14, edge.y + slot.y);
    ctx.textAlign = 'left';
  }
  ctx.textBaseline = 'alphabetic';
}

export function paintEdges(brush: Brush) {
  for (const edge of view.scene.edges) if (overlap(edge, brush.seen)) paintEdge(brush, edge);
}
