// A comparison on the canvas, above the bodies: a ring and a sign for each node that is new, changed or moved, a ghost for each that
// is gone, and links that came and went. Each is told by its shape as well as by its colour.
import { grown, overlap } from '../canvas/boxes.ts';
import { middle, trace, type Point } from '../canvas/curve.ts';
import { shiftOf, type Brush } from '../canvas/paint.ts';
import { token } from '../canvas/palette.ts';
import { FONT, shorten } from '../canvas/paint-text.ts';
import type { Item } from './changes.ts';
import type { LinkMark, Marks, NodeMark } from './marks.ts';

type How = Item['how'];

const COLOURS: Record<How, string> = { added: 'ok', changed: 'warn', removed: 'error', placed: 'text-3' };
const SIGN = 9; // screen pixels, from the middle of a sign to its edge

/** A circle with +, a diamond with ~, a square with −, a small square with an arrow. */
function paintSign({ ctx, zoom }: Brush, how: How, { x, y }: Point) {
  const r = SIGN / zoom;
  const [a, b] = [r * 0.5, r * 0.25];
  ctx.beginPath();
  if (how === 'added') ctx.arc(x, y, r, 0, 7);
  else if (how === 'changed') {
    ctx.moveTo(x, y - r * 1.25);
    for (const [dx, dy] of [[1.25, 0], [0, 1.25], [-1.25, 0]] as const) ctx.lineTo(x + r * dx, y + r * dy);
    ctx.closePath();
  } else ctx.rect(x - r, y - r, 2 * r, 2 * r);
  ctx.fillStyle = token(COLOURS[how]);
  ctx.fill();
  ctx.strokeStyle = token('node');
  ctx.lineWidth = 2 / zoom;
  ctx.beginPath();
  if (how === 'changed') {
    ctx.moveTo(x - a, y + b / 2);
    ctx.quadraticCurveTo(x - a / 2, y - b * 2, x, y);
    ctx.quadraticCurveTo(x + a / 2, y + b * 2, x + a, y - b / 2);
  } else {
    ctx.moveTo(x - a, y);
    ctx.lineTo(x + a, y);
    if (how === 'added') ctx.moveTo(x, y - a);
    if (how === 'added') ctx.lineTo(x, y + a);
    if (how === 'placed') {
      ctx.moveTo(x + b, y - b);
      ctx.lineTo(x + a, y);
      ctx.lineTo(x + b, y + b);
    }
  }
  ctx.stroke();
}

function paintGhost({ ctx, zoom }: Brush, { box, item }: NodeMark, name: string) {
  ctx.globalAlpha = 0.55;
  ctx.fillStyle = token('node');
  ctx.fillRect(box.x, box.y, box.width, box.height);
  ctx.globalAlpha = 1;
  if (box.width * zoom < 40) return;
  const size = Math.max(12, 11 / zoom);
  ctx.font = `${size}px ${FONT}`;
  ctx.fillStyle = token('text-2');
  ctx.textBaseline = 'middle';
  ctx.fillText(shorten(ctx, name || (item.type ?? ''), box.width - size * 2), box.x + size, box.y + size);
  ctx.textBaseline = 'alphabetic';
}

function paintNode(brush: Brush, mark: NodeMark, isAt: boolean, name: string) {
  const { ctx, zoom } = brush;
  const { how } = mark.item;
  const { dx, dy } = how === 'removed' ? { dx: 0, dy: 0 } : shiftOf(mark.box.key);
  const { x, y, width, height } = grown(mark.box, (how === 'placed' ? 3 : 5) / Math.min(1, zoom));

  if (how === 'removed') paintGhost(brush, mark, name);
  ctx.strokeStyle = token(COLOURS[how]);
  ctx.lineWidth = (isAt ? 5 : how === 'placed' ? 1 : 3) / Math.min(1, zoom);
  ctx.setLineDash(how === 'removed' ? [8 / zoom, 5 / zoom] : how === 'placed' ? [2 / zoom, 4 / zoom] : []);
  ctx.beginPath();
  ctx.roundRect(x + dx, y + dy, width, height, 10);
  ctx.stroke();
  ctx.setLineDash([]);
  paintSign(brush, how, { x: x + dx, y: y + dy });
}

function paintLink(brush: Brush, { how, points }: LinkMark) {
  const { ctx, zoom } = brush;
  ctx.strokeStyle = token(COLOURS[how]);
  ctx.lineWidth = Math.max(3, 2 / zoom);
  ctx.globalAlpha = how === 'removed' ? 0.7 : 1;
  ctx.setLineDash(how === 'removed' ? [8, 6] : []);
  ctx.beginPath();
  trace(ctx, points);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
  paintSign(brush, how, middle(points));
}

/** `at`: the item that one looks at; `name`: what a node that is gone was called. */
export function paintMarks(brush: Brush, { nodes, links }: Marks, at: Item | undefined, name: (item: Item) => string) {
  for (const link of links) paintLink(brush, link);
  for (const mark of nodes)
    if (overlap(grown(mark.box, 20 / brush.zoom), brush.seen)) paintNode(brush, mark, mark.item === at, name(mark.item));
}
