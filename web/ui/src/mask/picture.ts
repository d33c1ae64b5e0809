// A picture of the server's with its mask, and the way back: the mask is what is transparent in it. Source: ComfyUI's
// LoadImage, whose mask is one minus alpha, and /upload/mask, which gives a picture another alpha.
import { at } from '../net/http.ts';
import type { OutputFile } from '../net/files.ts';
import { upload } from '../net/upload.ts';
import { valueOfFile } from '../widgets/files.ts';
import { newMask, type Mask } from './mask.ts';

const MOST_PIXELS = 64e6;

export interface Picture {
  colours: ImageData;
  mask: Mask;
}

function channelOf(file: OutputFile, channel: 'rgb' | 'a'): string {
  const url = at('view');
  for (const [key, value] of Object.entries({ ...file, channel, version: '' })) if (value) url.searchParams.set(key, value);
  url.searchParams.set('t', String(Date.now())); // what was saved a moment ago under the same name
  return url.href;
}

async function load(src: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = src;
  await image.decode();
  return image;
}

function pixels(image: HTMLImageElement): ImageData {
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  const paint = canvas.getContext('2d', { willReadFrequently: true });
  if (!paint) throw new Error('no 2d context');
  paint.drawImage(image, 0, 0);
  return paint.getImageData(0, 0, canvas.width, canvas.height);
}

/** Throws when it cannot be had, or is larger than 64 million pixels. */
export async function loadPicture(file: OutputFile): Promise<Picture> {
  const [rgb, alpha] = await Promise.all([load(channelOf(file, 'rgb')), load(channelOf(file, 'a'))]);
  if (rgb.naturalWidth * rgb.naturalHeight > MOST_PIXELS) throw new Error(`${rgb.naturalWidth} × ${rgb.naturalHeight}`);
  const colours = pixels(rgb);
  const mask = newMask(colours.width, colours.height);
  const opaque = pixels(alpha).data;
  for (let i = 0; i < mask.at.length; i++) mask.at[i] = 255 - (opaque[4 * i + 3] as number);
  return { colours, mask };
}

async function png(mask: Mask): Promise<Blob> {
  const canvas = new OffscreenCanvas(mask.width, mask.height);
  const image = new ImageData(mask.width, mask.height);
  for (let i = 0; i < mask.at.length; i++) image.data[4 * i + 3] = 255 - (mask.at[i] as number);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

/** The picture with that mask is a file of the input folder; how a field names it. Throws what the server said. */
export async function saveMask(file: OutputFile, mask: Mask): Promise<string> {
  const form = new FormData();
  form.set('image', await png(mask), `mask-${Date.now()}.png`);
  form.set('original_ref', JSON.stringify({ filename: file.filename, subfolder: file.subfolder, type: file.type }));
  form.set('type', 'input');
  form.set('subfolder', 'clipspace');
  const { name, subfolder } = await upload('upload/mask', form);
  return `${valueOfFile(name, subfolder)} [input]`;
}
