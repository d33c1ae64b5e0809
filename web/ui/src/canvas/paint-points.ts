// Reroute points of links, and the two edges of a subgraph with the sockets that lead out of it.
import { markOf, pathAt } from '../defs/types.ts';
import { SLOT } from '../doc/shape.ts';
import { wordsNow } from '../i18n/words.ts';
import { overlap } from './boxes.ts';
import { slotIn } from './named.ts';
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

/** One at which a link waits is hollow. */
export function paintReroutes({ ctx, seen, chosen, zoom }: Brush) {
  const most = Math.max(6, 2.5 / zoom); // seen from afar, too
  for (const point of view.scene.reroutes) {
    const { dx, dy } = shiftOf(point.key);
    const [x, y] = [point.x + dx, point.y + dy];
    if (!overlap({ x: x - 12, y: y - 12, width: 24, height: 24 }, seen)) continue;
    const isChosen = chosen.has(point.key);
    const colour = typeColour(point.type);
    ctx.beginPath();
    ctx.arc(x, y, isChosen || view.over === point.key ? most * 1.3 : most, 0, 7);
    ctx.fillStyle = point.floating ? token('canvas') : colour;
    ctx.fill();
    ctx.lineWidth = most / 3;
    ctx.strokeStyle = point.floating ? colour : token('canvas');
    ctx.stroke();
    if (!isChosen) continue;
    ctx.beginPath();
    ctx.arc(x, y, most * 1.9, 0, 7);
    ctx.strokeStyle = token('accent');
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
    ctx.fillText(shorten(ctx, slotIn(slot), edge.width - 26), inner ? x - 14 : x + 14, edge.y + slot.y);
  }
  if (zoom >= 0.3) paintOwn(ctx, edge);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'alphabetic';
}

/** What it is, above it; and in its last row where a link makes another one. */
function paintOwn(ctx: CanvasRenderingContext2D, { side, x, y, width, shape }: EdgeView) {
  const [at, row] = [side === 'in' ? x + width : x, y + shape.inputs.length * SLOT + shape.outputs.length * SLOT + 24];
  ctx.fillStyle = ctx.strokeStyle = token('text-3');
  ctx.textAlign = side === 'in' ? 'right' : 'left';
  ctx.fillText(wordsNow().canvas.edges[side], side === 'in' ? at - 2 : at + 2, y - 12);
  ctx.beginPath();
  ctx.arc(at, row, 5, 0, 7);
  ctx.fillStyle = token('node');
  ctx.fill();
  ctx.lineWidth = 1.5;
  ctx.moveTo(at - 2.5, row);
  ctx.lineTo(at + 2.5, row);
  ctx.moveTo(at, row - 2.5);
  ctx.lineTo(at, row + 2.5);
  ctx.stroke();
}

export function paintEdges(brush: Brush) {
  for (const edge of view.scene.edges) if (overlap(edge, brush.seen)) paintEdge(brush, edge);
}
