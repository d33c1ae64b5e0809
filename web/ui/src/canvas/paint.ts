// Draws on one canvas element what lies behind the bodies: groups, links, reroute points, a subgraph's edges, and nodes
// that are too small or too many to have a body. A frame of a thousand nodes takes a few milliseconds this way.
import { useDocuments, type Camera } from '../app/documents.ts';
import { useSettings } from '../app/settings.ts';
import { grown, type Box } from './boxes.ts';
import { viewOf } from './near.ts';
import { paintBoxes } from './paint-boxes.ts';
import { paintGroups } from './paint-groups.ts';
import { paintLinks, paintPending } from './paint-links.ts';
import { paintEdges, paintReroutes } from './paint-points.ts';
import { token } from './palette.ts';
import { drawnFrom, view } from './view.ts';

export interface Brush {
  ctx: CanvasRenderingContext2D;
  zoom: number;
  seen: Box; // nothing outside of it need be drawn
  chosen: ReadonlySet<string>;
  still: boolean; // no motion is wanted
  now: number; // ms
}

const NOTHING: ReadonlySet<string> = new Set();
const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** What was moved by a hand that has not let go. */
export function shiftOf(key: string): { dx: number; dy: number } {
  const { moving } = view;
  return moving?.keys.has(key) ? moving : UNMOVED;
}
const UNMOVED = { dx: 0, dy: 0 };

/** What is drawn beyond the view on each side, in screen pixels: moved by less, the canvas needs no new drawing. */
export const BEYOND = 160;

function fitTo(canvas: HTMLCanvasElement, density: number, beyond: number) {
  const width = Math.round((view.size.width + 2 * beyond) * density);
  const height = Math.round((view.size.height + 2 * beyond) * density);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

/** Dots where lines of a grid would cross, as far apart as can still be told. */
function paintGround({ ctx, zoom, seen }: Brush) {
  const { grid } = useSettings.getState();
  const step = grid * 2 ** Math.max(0, Math.ceil(Math.log2(14.4 / zoom / grid)));
  const size = 1.5 / zoom;
  const [left, top] = [Math.ceil(seen.x / step) * step, Math.ceil(seen.y / step) * step];

  ctx.fillStyle = token('hairline');
  for (let x = left; x < seen.x + seen.width; x += step)
    for (let y = top; y < seen.y + seen.height; y += step) ctx.fillRect(x - size / 2, y - size / 2, size, size);
}

function paintGesture({ ctx, zoom }: Brush) {
  const { frame, stroke } = view;
  ctx.lineWidth = 1 / zoom;
  if (frame) {
    ctx.strokeStyle = ctx.fillStyle = token('accent');
    ctx.globalAlpha = 0.12;
    ctx.fillRect(frame.x, frame.y, frame.width, frame.height);
    ctx.globalAlpha = 1;
    ctx.strokeRect(frame.x, frame.y, frame.width, frame.height);
  }
  if (stroke && stroke.length > 1) {
    ctx.strokeStyle = token('error');
    ctx.lineWidth = 2 / zoom;
    ctx.setLineDash([6 / zoom, 4 / zoom]);
    ctx.beginPath();
    stroke.forEach((p, i) => (i ? ctx.lineTo(p.x, p.y) : ctx.moveTo(p.x, p.y)));
    ctx.stroke();
    ctx.setLineDash([]);
  }
}

/** An empty drawing, in the canvas's own units from here on. */
function begin(canvas: HTMLCanvasElement, density: number, camera: Camera = view.camera, beyond = 0): Brush | undefined {
  const ctx = canvas.getContext('2d');
  if (!ctx) return undefined;
  const { size, uid } = view;
  const chosen = useDocuments.getState().opened.find((o) => o.doc.uid === uid)?.selection ?? NOTHING;
  const scale = density * camera.zoom;

  fitTo(canvas, density, beyond);
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.clearRect(0, 0, canvas.width, canvas.height);
  ctx.setTransform(scale, 0, 0, scale, density * (camera.x + beyond), density * (camera.y + beyond));
  return { ctx, zoom: camera.zoom, seen: grown(viewOf(camera, size), (40 + beyond) / camera.zoom), chosen, still: calm.matches, now: performance.now() };
}

/** True when it moves by itself and wants to be drawn again. */
export function paint(canvas: HTMLCanvasElement, density: number): boolean {
  const brush = begin(canvas, density, drawnFrom(), BEYOND);
  if (!brush) return false;
  if (!view.moving?.all) paintGround(brush);
  paintGroups(brush);
  const moves = paintLinks(brush);
  paintReroutes(brush);
  paintEdges(brush);
  paintBoxes(brush);
  return moves && !brush.still;
}

/** The ground alone, while all that lies on it is in a hand. */
export function paintBelow(canvas: HTMLCanvasElement, density: number) {
  const brush = begin(canvas, density);
  if (brush) paintGround(brush);
}

/** What a hand is about, above everything. */
export function paintAbove(canvas: HTMLCanvasElement, density: number) {
  const { frame, stroke, pending, marks } = view;
  const shown = frame !== undefined || stroke !== undefined || pending !== undefined || marks !== undefined;
  if (canvas.hidden !== !shown) canvas.hidden = !shown;
  if (!shown) return;
  const brush = begin(canvas, density);
  if (!brush) return;
  marks?.(brush);
  paintGesture(brush);
  paintPending(brush);
}
