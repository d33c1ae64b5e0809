// Groups: rectangles behind everything, in the file's colour, thinned so that all texts on them can be read.
import { overlap } from './boxes.ts';
import { shiftOf, type Brush } from './paint.ts';
import { fileColour, lineOf, token } from './palette.ts';
import { FONT, shorten } from './paint-text.ts';
import type { GroupView } from './scene.ts';
import { view } from './view.ts';

const ROUND = 8;

function paintGroup({ ctx, zoom, chosen }: Brush, given: GroupView) {
  const group = view.sizing?.key === given.key ? { ...given, ...view.sizing } : given;
  const { dx, dy } = shiftOf(group.key);
  const [x, y] = [group.x + dx, group.y + dy];
  const own = fileColour(group.color) ?? token('text-3');
  const size = Math.max(group.size, Math.min(60, 11 / zoom)); // read from afar, too
  const title = Math.min(group.height, Math.max(group.title, size * 1.2)); // from afar no higher than its letters: what is in it begins below
  const marked = chosen.has(group.key) || view.over === group.key;

  ctx.beginPath();
  ctx.roundRect(x, y, group.width, group.height, ROUND);
  ctx.fillStyle = own;
  ctx.globalAlpha = 0.1;
  ctx.fill();
  ctx.globalAlpha = 0.12;
  ctx.beginPath();
  ctx.roundRect(x, y, group.width, title, [ROUND, ROUND, 0, 0]);
  ctx.fill();
  ctx.beginPath();
  ctx.roundRect(x, y, group.width, group.height, ROUND);
  ctx.globalAlpha = marked ? 1 : 0.6;
  ctx.strokeStyle = chosen.has(group.key) ? token('accent') : own;
  ctx.lineWidth = lineOf(chosen.has(group.key)) / Math.min(1, zoom);
  ctx.stroke();
  ctx.globalAlpha = 1;
  if (size * zoom < 8) return;
  ctx.font = `600 ${size}px ${FONT}`;
  ctx.fillStyle = token('text-2');
  ctx.textBaseline = 'middle';
  ctx.fillText(shorten(ctx, group.label, group.width - 24), x + 12, y + title / 2 + 1);
  ctx.textBaseline = 'alphabetic';
  if (!marked) return;
  ctx.fillStyle = token('control');
  ctx.beginPath();
  ctx.moveTo(x + group.width - 3, y + group.height - 13);
  ctx.lineTo(x + group.width - 3, y + group.height - 3);
  ctx.lineTo(x + group.width - 13, y + group.height - 3);
  ctx.fill();
}

export function paintGroups(brush: Brush) {
  for (const group of view.scene.groups) if (overlap(group, brush.seen) || view.moving?.keys.has(group.key)) paintGroup(brush, group);
}
