// Links: all that are in view, colour by colour, so that a thousand of them are a few strokes of the pen.
import { useSettings } from '../app/settings.ts';
import { useRuns } from '../run/run.ts';
import { overlap } from './boxes.ts';
import { areHidden, trace, type Point } from './curve.ts';
import { shiftOf, type Brush } from './paint.ts';
import { token, typeColour } from './palette.ts';
import type { LinkView } from './scene.ts';
import { view } from './view.ts';

/** Its points, where a hand has moved them. */
export function pointsNow(link: LinkView): readonly Point[] {
  if (!view.moving) return link.points;
  return link.points.map((p, i) => {
    const { dx, dy } = shiftOf(link.owners[i] ?? '');
    return { x: p.x + dx, y: p.y + dy };
  });
}

interface Pens {
  plain: Map<string, Path2D>;
  quiet: Map<string, Path2D>; // of nobody who is chosen
  broken: Map<string, Path2D>; // from or into a node that does not run
  bold: Map<string, Path2D>;
  running: Map<string, Path2D>;
}

const penOf = (of: Map<string, Path2D>, colour: string) => {
  let pen = of.get(colour);
  if (!pen) of.set(colour, (pen = new Path2D()));
  return pen;
};

/** Whether any of its points, or all of them, are in a hand. */
function movedOf(link: LinkView): 'all' | 'some' | undefined {
  const keys = view.moving?.keys;
  if (!keys) return undefined;
  const n = link.owners.filter((o) => keys.has(o)).length;
  return n === 0 ? undefined : n === link.owners.length ? 'all' : 'some';
}

const FLAT = 0.1; // below this zoom no bend can be seen
const SHORT = 20; // screen pixels

function isShort(points: readonly Point[], zoom: number): boolean {
  const [a, b] = points as readonly [Point, Point];
  return points.length === 2 && (Math.abs(a.x - b.x) + Math.abs(a.y - b.y)) * zoom < SHORT;
}

/** Costs a third of a bend. */
function straight(pen: Path2D, points: readonly Point[]) {
  points.forEach((p, i) => (i ? pen.lineTo(p.x, p.y) : pen.moveTo(p.x, p.y)));
}

function sort({ seen, chosen, zoom }: Brush): Pens {
  const pens: Pens = { plain: new Map(), quiet: new Map(), broken: new Map(), bold: new Map(), running: new Map() };
  const nodes = useRuns.getState()[view.uid]?.nodes ?? {};
  const inHand = new Set(view.pending?.from.map((end) => end.link));

  const { dx = 0, dy = 0 } = view.moving ?? {};
  const along = { ...seen, x: seen.x - dx, y: seen.y - dy };
  const dims = useSettings.getState().quiet && chosen.size > 0;
  const loud = (link: LinkView) => !dims || chosen.has(`node:${link.from}`) || chosen.has(`node:${link.to}`) || link.owners.some((o) => chosen.has(o));
  for (const link of [...(areHidden() ? [] : view.scene.links), ...view.scene.waiting]) {
    const moved = movedOf(link);
    if ((moved !== 'some' && !overlap(link.box, moved ? along : seen)) || inHand.has(link.key)) continue;
    const colour = typeColour(link.type);
    const strong = view.over === link.key || chosen.has(link.key);
    const runs = link.to !== undefined && nodes[view.scene.prefix + link.to]?.state === 'running';
    const kind = strong ? pens.bold : runs ? pens.running : !loud(link) ? pens.quiet : link.broken ? pens.broken : pens.plain;
    const points = moved ? pointsNow(link) : link.points;
    if (zoom < FLAT || isShort(points, zoom)) straight(penOf(kind, colour), points);
    else trace(penOf(kind, colour), points);
  }
  return pens;
}

function draw(ctx: CanvasRenderingContext2D, pens: Map<string, Path2D>) {
  for (const [colour, pen] of pens) {
    ctx.strokeStyle = colour;
    ctx.stroke(pen);
  }
}

/** True when one of them moves by itself. */
export function paintLinks(brush: Brush): boolean {
  const { ctx, zoom } = brush;
  const pens = sort(brush);
  const width = Math.max(2, 1.1 / zoom);

  ctx.lineWidth = width;
  ctx.globalAlpha = 0.18;
  draw(ctx, pens.quiet);
  ctx.globalAlpha = zoom < 0.2 ? 0.7 : 1;
  draw(ctx, pens.plain);
  ctx.setLineDash([6, 6]);
  draw(ctx, pens.broken);
  ctx.globalAlpha = 1;
  ctx.setLineDash([10, 6]);
  ctx.lineDashOffset = brush.still ? 0 : -(brush.now / 30) % 16;
  ctx.lineWidth = width * (brush.still ? 2 : 1.5);
  draw(ctx, pens.running);
  ctx.setLineDash([]);
  ctx.lineWidth = width * 2;
  draw(ctx, pens.bold);
  return pens.running.size > 0;
}

/** The link in somebody's hand; red where it may not go. */
export function paintPending({ ctx, zoom }: Brush) {
  const { pending } = view;
  if (!pending) return;
  const target = pending.over?.end.at ?? pending.at;

  ctx.strokeStyle = pending.refused ? token('error') : typeColour(pending.type);
  ctx.lineWidth = Math.max(2.5, 1.5 / zoom);
  for (const end of pending.from) {
    const line = end.side === 'out' ? [end.at, target] : [target, end.at];
    ctx.beginPath();
    trace(ctx, line);
    ctx.stroke();
  }
  ctx.fillStyle = ctx.strokeStyle;
  ctx.beginPath();
  ctx.arc(target.x, target.y, 4 / Math.min(1, zoom), 0, 7);
  ctx.fill();
  if (!pending.refused) return;
  ctx.font = `600 ${18 / zoom}px sans-serif`;
  ctx.textAlign = 'center';
  ctx.fillText(pending.refused.circle ? '∞' : '×', pending.at.x, pending.at.y - 12 / zoom);
  ctx.textAlign = 'start';
}
