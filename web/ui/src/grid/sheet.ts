// A grid as one picture: where everything stands, in pixels, and the drawing of it.

export interface Size {
  width: number;
  height: number;
}

export interface Sheet extends Size {
  cell: Size;
  left: number; // where the first column begins
  top: number; // where the first row begins
  gap: number;
  font: number;
  line: number;
}

export interface Texts {
  title: string;
  columns: readonly string[];
  rows: readonly string[]; // none: one row without a name
}

const LEAST_CELL = 128; // smaller pictures are drawn larger, by whole times, so that labels can be read beside them
const MOST_SIDE = 16000; // what browsers can make
const MOST_PIXELS = 80e6;
const MOST_LINES = 3;
const ROW_NAME = 8; // times the font: the width of the names of rows

/** How large a picture of that size is drawn, of so many. */
export function cellOf(picture: Size, columns: number, rows: number): Size & { font: number } {
  const up = picture.width < LEAST_CELL ? Math.ceil(LEAST_CELL / picture.width) : 1;
  const [w, h] = [picture.width * up, picture.height * up];
  const fits = Math.min(1, MOST_SIDE / (columns * w), MOST_SIDE / (rows * h), Math.sqrt(MOST_PIXELS / (columns * rows * w * h)));
  const [width, height] = [Math.max(16, Math.floor(w * fits)), Math.max(16, Math.floor(h * fits))];
  return { width, height, font: Math.min(48, Math.max(14, Math.round(width / 18))) };
}

/** `lines`: of the longest name of a column. */
export function layOut(picture: Size, columns: number, rows: number, lines: number, named: boolean): Sheet {
  const { font, ...cell } = cellOf(picture, columns, rows);
  const line = Math.round(font * 1.35);
  const gap = Math.round(font / 2);
  const left = gap + (named ? font * ROW_NAME : 0);
  const top = gap + line + gap + lines * line + gap;
  return { cell, font, line, gap, left, top, width: left + columns * (cell.width + gap), height: top + rows * (cell.height + gap) };
}

/** A text in lines of at most that width; what is too long ends in "…". */
export function inLines(text: string, width: number, measure: (text: string) => number, most = MOST_LINES): string[] {
  const lines: string[] = [];
  let rest = text.replace(/\s+/g, ' ').trim();
  while (rest !== '') {
    let n = rest.length;
    if (measure(rest) > width) {
      for (n = 1; n < rest.length && measure(rest.slice(0, n + 1)) <= width; ) n++;
      const space = rest.lastIndexOf(' ', n);
      if (space > n / 2) n = space;
    }
    if (lines.length === most - 1 && n < rest.length) {
      let end = n;
      while (end > 1 && measure(`${rest.slice(0, end)}…`) > width) end--;
      return [...lines, `${rest.slice(0, end)}…`];
    }
    lines.push(rest.slice(0, n).trim());
    rest = rest.slice(n).trim();
  }
  return lines;
}

/** Where a picture stands in its cell: whole, in the middle. */
export function within(picture: Size, cell: Size) {
  const by = Math.min(cell.width / picture.width, cell.height / picture.height);
  const [width, height] = [picture.width * by, picture.height * by];
  return { x: (cell.width - width) / 2, y: (cell.height - height) / 2, width, height };
}

export interface Look {
  ground: string; // colours
  text: string;
  faint: string;
  family: string;
}

type Pen = OffscreenCanvasRenderingContext2D;

function write(pen: Pen, lines: readonly string[], x: number, y: number, line: number) {
  lines.forEach((l, i) => pen.fillText(l, x, y + (i + 0.5) * line));
}

/** `pictures`: one a cell, row by row, asked for one after the other; undefined: there is none. */
export async function drawSheet(
  texts: Texts, size: Size, rows: number, look: Look, pictures: (at: number) => Promise<ImageBitmap | undefined>,
): Promise<OffscreenCanvas> {
  const columns = texts.columns.length;
  const { font, width } = cellOf(size, columns, rows);
  const canvas = new OffscreenCanvas(1, 1);
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('no canvas');
  const measure = (t: string) => pen.measureText(t).width;
  const setFont = () => (pen.font = `600 ${font}px ${look.family}`);

  setFont();
  const names = texts.columns.map((c) => inLines(c, width, measure));
  const sheet = layOut(size, columns, rows, Math.max(1, ...names.map((n) => n.length)), texts.rows.length > 0);
  const { cell, gap, line, left, top } = sheet;
  [canvas.width, canvas.height] = [sheet.width, sheet.height];
  setFont(); // a canvas of another size has forgotten it
  pen.textBaseline = 'middle';
  pen.fillStyle = look.ground;
  pen.fillRect(0, 0, sheet.width, sheet.height);
  pen.fillStyle = look.faint;
  write(pen, inLines(texts.title, sheet.width - 2 * gap, measure, 1), gap, gap, line);
  pen.fillStyle = look.text;
  pen.textAlign = 'center';
  names.forEach((lines, x) => write(pen, lines, left + x * (cell.width + gap) + cell.width / 2, top - gap - lines.length * line, line));
  pen.textAlign = 'right';
  texts.rows.forEach((name, y) => {
    const lines = inLines(name, left - 2 * gap, measure);
    write(pen, lines, left - gap, top + y * (cell.height + gap) + (cell.height - lines.length * line) / 2, line);
  });
  for (let at = 0; at < columns * rows; at++) {
    const picture = await pictures(at);
    if (!picture) continue;
    const [x, y] = [left + (at % columns) * (cell.width + gap), top + Math.floor(at / columns) * (cell.height + gap)];
    const box = within(picture, cell);
    pen.imageSmoothingEnabled = box.width < picture.width;
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(picture, x + box.x, y + box.y, box.width, box.height);
    picture.close();
  }
  return canvas;
}
