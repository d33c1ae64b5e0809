// A grid leaves as one labelled picture, or as JSON: its values, files and seeds.
import { newObject, parse, print, type Json } from '../doc/json.ts';
import { mediaOf, nameOf, viewOf, type OutputFile } from '../net/files.ts';
import { columnsOf, rowsOf, type Axis, type Grid } from './grids.ts';
import { drawSheet, type Look, type Size } from './sheet.ts';

/** What is shown of a cell. */
export const pictureOf = (files: readonly OutputFile[]) => files.find((f) => mediaOf(f) === 'image');

async function bitmapOf(file: OutputFile | undefined): Promise<ImageBitmap | undefined> {
  if (!file) return undefined;
  const answer = await fetch(viewOf(file));
  return answer.ok ? createImageBitmap(await answer.blob()) : undefined;
}

/** As large as the first picture there is. */
async function sizeOf(grid: Grid): Promise<Size> {
  for (const { files } of grid.cells) {
    const picture = await bitmapOf(pictureOf(files));
    if (!picture) continue;
    const { width, height } = picture;
    picture.close();
    return { width, height };
  }
  return { width: 256, height: 256 };
}

const named = (axis: Axis) => axis.shown.map((v) => `${axis.label} ${v}`);

export const titleOf = ({ title, label }: Axis) => `${title} · ${label}`;

/** The whole grid as a PNG. Throws where the browser cannot make one. */
export async function pngOf(grid: Grid, look: Look): Promise<Blob> {
  const title = [`→ ${titleOf(grid.x)}`, ...(grid.y ? [`↓ ${titleOf(grid.y)}`] : [])].join(' / ');
  const texts = { title, columns: named(grid.x), rows: grid.y ? named(grid.y) : [] };
  const canvas = await drawSheet(texts, await sizeOf(grid), rowsOf(grid), look, (at) => bitmapOf(pictureOf(grid.cells[at]?.files ?? [])));
  return canvas.convertToBlob({ type: 'image/png' });
}

function axisJson({ graph, node, widget, title, values }: Axis): Json {
  return newObject({ node, input: widget, title, ...(graph ? { graph } : {}), values: values.map(parse) });
}

/** What was varied, and what came of it; a seed has all its digits. */
export function jsonOf(grid: Grid): string {
  const columns = columnsOf(grid);
  const valueAt = (axis: Axis, i: number) => parse(axis.values[i] ?? 'null');
  const cells = grid.cells.map((c, at): Json => {
    const [x, y] = [at % columns, Math.floor(at / columns)];
    return newObject({
      x, y,
      values: [valueAt(grid.x, x), ...(grid.y ? [valueAt(grid.y, y)] : [])],
      state: c.state,
      ...(c.seed === undefined ? {} : { seed: parse(c.seed) }),
      ...(c.why === undefined ? {} : { why: c.why }),
      job: c.job,
      files: c.files.map((f) => newObject({ name: nameOf(f), type: f.type })),
    });
  });
  const whole = newObject({ limn_grid: 1, name: grid.name, at: new Date(grid.at).toISOString(), x: axisJson(grid.x), y: grid.y ? axisJson(grid.y) : null, cells });
  return print(whole, { indent: '  ', spaced: true, end: '\n' });
}

export function save(name: string, blob: Blob) {
  const link = document.createElement('a');
  const url = URL.createObjectURL(blob);
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
