// Text on the canvas element: cut to a width, and remembered, because measuring is slow.
import { onClose } from '../app/documents.ts';

/** As in tokens.css. */
export const FONT =
  '-apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif';

const MOST = 4000;
const known = new Map<string, string>();
onClose(() => known.clear()); // a title can hold all the text of its file

function cut(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  const letters = [...text.slice(0, 200)];
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (ctx.measureText(`${letters.slice(0, middle).join('')}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? '' : `${letters.slice(0, low).join('')}…`;
}

/** The text, or as much of its beginning as fits; in the font that is set. */
export function shorten(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  const key = `${ctx.font}|${Math.round(width)}|${text}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= MOST) known.clear();
  const made = cut(ctx, text, width);
  known.set(key, made);
  return made;
}
