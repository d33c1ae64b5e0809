// Nodes without a body: a plate with a title, coloured sockets, the last picture and the state, drawn in few strokes.
import { useSettings } from '../app/settings.ts';
import { overlap } from './boxes.ts';
import { EMPTY, useRuns, worstOf, type NodeRun, type Problem } from '../run/run.ts';
import { shiftOf, type Brush } from './paint.ts';
import { titleIn } from './names.ts';
import { colour, fileColour, lineOf, token, typeColour } from './palette.ts';
import { FONT, shorten } from './paint-text.ts';
import { pictureOf } from './pictures.ts';
import type { NodeView } from './scene.ts';
import { view } from './view.ts';
import { TITLE } from '../doc/shape.ts';

const LEAST_LETTERS = 9; // screen pixels: what is smaller is not drawn
const EDGE = () => colour('color-mix(in srgb, var(--control) 70%, var(--node))'); // as the bodies' own
const SQUARE = 0.2; // below this zoom corners are square
const MARK = 5; // screen pixels of a socket, at least

interface Told {
  run: NodeRun | undefined;
  fault: Problem['severity'] | undefined; // of the last check
}

/** What of a node is seen from afar: that it failed, is wrong, chosen or at work. */
function ringOf({ run, fault }: Told, isChosen: boolean): string | undefined {
  if (run?.state === 'error' || fault === 'error') return token('error');
  if (isChosen || run?.state === 'running') return token('accent');
  return fault && token('warn');
}

const lettersAt = (zoom: number) => Math.min(48, Math.max(13, 11 / zoom));
const plateHeight = (zoom: number, height: number) => Math.min(height, Math.max(TITLE, lettersAt(zoom) * 1.5));

/** The title grows on the screen as the node gets smaller, until there is no room for it. */
function paintTitle({ ctx, zoom }: Brush, box: NodeView, x: number, y: number) {
  const { width, height } = box;
  const size = lettersAt(zoom);
  if (size * zoom < LEAST_LETTERS || width * zoom < 36 || height * zoom < LEAST_LETTERS + 2) return;
  ctx.fillStyle = token('text');
  const text = shorten(ctx, titleIn(box, useSettings.getState().naming), width - size);
  if (text) ctx.fillText(text, x + size / 2, y + plateHeight(zoom, height) / 2 + size * 0.04);
}

function paintSockets({ ctx, zoom }: Brush, { shape, width }: NodeView, x: number, y: number) {
  const size = Math.max(8, MARK / zoom);
  if (width * zoom < 24 || shape.collapsed) return;
  for (const [sockets, at] of [[shape.inputs, x], [shape.outputs, x + width]] as const)
    for (const socket of sockets) {
      if (socket.widget && !socket.links.length) continue;
      ctx.fillStyle = typeColour(socket.type);
      ctx.fillRect(at - size / 2, y + socket.y - size / 2, size, size);
    }
}

function paintPicture(ctx: CanvasRenderingContext2D, run: NodeRun | undefined, box: NodeView, x: number, y: number) {
  const picture = pictureOf(run);
  if (!picture) return;
  const [width, height] = [box.width - 16, box.height - TITLE - 12];
  if (width <= 0 || height <= 0) return;
  const scale = Math.min(width / picture.width, height / picture.height);
  const [w, h] = [picture.width * scale, picture.height * scale];
  ctx.drawImage(picture, x + 8 + (width - w) / 2, y + TITLE + 6 + (height - h) / 2, w, h);
}

function paintProgress({ ctx, zoom }: Brush, run: NodeRun | undefined, { width }: NodeView, x: number, y: number) {
  if (run?.state !== 'running' || !run.max) return;
  ctx.fillStyle = token('accent');
  ctx.fillRect(x, y + TITLE, (width * Math.min(run.value, run.max)) / run.max, Math.max(3, 3 / zoom));
}

const plateOf = (own: string | undefined, part: number, below: string) => (own ? colour(`color-mix(in srgb, oklch(from ${own} 0.6 min(0.14, calc(c * 2)) h) ${part}%, var(--${below}))`) : token(below));

/** So small that its corners cannot be seen: two rectangles, a tenth of the work. */
function paintSmall(brush: Brush, box: NodeView, told: Told) {
  const { ctx, zoom, chosen } = brush;
  const { shape, width, height } = box;
  const { dx, dy } = shiftOf(box.key);
  const ring = ringOf(told, chosen.has(box.key));
  const line = lineOf(ring) / zoom;

  ctx.globalAlpha = shape.mode === 'muted' ? 0.4 : 1;
  ctx.fillStyle = ring ?? (shape.mode === 'bypassed' ? token('bypass') : EDGE());
  ctx.fillRect(box.x + dx, box.y + dy, width, height);
  ctx.fillStyle = plateOf(fileColour(shape.bgcolor) ?? fileColour(shape.color), 30, 'node');
  ctx.fillRect(box.x + dx + line, box.y + dy + line, Math.max(0, width - 2 * line), Math.max(0, height - 2 * line));
  paintPicture(ctx, told.run, box, box.x + dx, box.y + dy);
  paintTitle(brush, box, box.x + dx, box.y + dy);
  ctx.globalAlpha = 1;
}

function paintBox(brush: Brush, box: NodeView, told: Told) {
  const { ctx, zoom, chosen } = brush;
  const { shape, width, height } = box;
  const { dx, dy } = shiftOf(box.key);
  const [x, y] = [box.x + dx, box.y + dy];
  const round = Math.min(8, height / 2);
  const title = plateHeight(zoom, height);
  const own = fileColour(shape.bgcolor) ?? fileColour(shape.color);

  ctx.beginPath();
  ctx.roundRect(x, y, width, height, round);
  if (shape.mode === 'muted') {
    ctx.fillStyle = token('canvas'); // the links behind it are not seen through it
    ctx.fill();
    ctx.globalAlpha = 0.4;
  }
  ctx.fillStyle = token('node');
  ctx.fill();
  if (width * zoom > 12) {
    ctx.beginPath();
    ctx.roundRect(x, y, width, title, shape.collapsed ? round : [round, round, 0, 0]);
    ctx.fillStyle = plateOf(own, 24, 'title');
    ctx.fill();
  }
  paintPicture(ctx, told.run, box, x, y);
  ctx.beginPath();
  ctx.roundRect(x, y, width, height, round);
  const ring = ringOf(told, chosen.has(box.key));
  ctx.lineWidth = lineOf(ring) / Math.min(1, zoom);
  ctx.strokeStyle = ring ?? (shape.mode === 'bypassed' ? token('bypass') : EDGE());
  if (shape.kind === 'ghost' || shape.mode === 'bypassed') ctx.setLineDash([6 / zoom, 4 / zoom]);
  ctx.stroke();
  ctx.setLineDash([]);
  paintProgress(brush, told.run, box, x, y);
  paintTitle(brush, box, x, y);
  paintSockets(brush, box, x, y);
  ctx.globalAlpha = 1;
}

export function paintBoxes(brush: Brush) {
  const { nodes: runs, faults } = useRuns.getState()[view.uid] ?? EMPTY;
  const { scene, shown, moving } = view;

  brush.ctx.textBaseline = 'middle';
  brush.ctx.font = `600 ${lettersAt(brush.zoom)}px ${FONT}`;
  const { seen } = brush;
  const along = { ...seen, x: seen.x - (moving?.dx ?? 0), y: seen.y - (moving?.dy ?? 0) };
  for (const box of scene.nodes)
    if (!shown.has(box.key) && overlap(box, moving?.keys.has(box.key) ? along : seen)) {
      const name = scene.prefix + box.id;
      const told = { run: runs[name], fault: worstOf(faults[name]) };
      if (brush.zoom < SQUARE) paintSmall(brush, box, told);
      else paintBox(brush, box, told);
    }
  brush.ctx.textBaseline = 'alphabetic';
}
