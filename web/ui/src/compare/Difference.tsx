// How much each pixel of two pictures differs, made brighter so that little is seen.
import { useEffect, useRef, type CSSProperties } from 'react';
import { viewOf, type OutputFile } from '../net/files.ts';
import { useRoom } from '../i18n/room.ts';
import { gallery } from '../i18n/words/gallery.ts';

async function load(file: OutputFile): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = viewOf(file);
  await image.decode();
  return image;
}

/** The second is drawn as large as the first. */
function paint(on: HTMLCanvasElement, a: HTMLImageElement, b: HTMLImageElement) {
  const context = on.getContext('2d');
  if (!context) return;
  on.width = a.naturalWidth;
  on.height = a.naturalHeight;
  context.drawImage(a, 0, 0);
  context.globalCompositeOperation = 'difference';
  context.drawImage(b, 0, 0, on.width, on.height);
}

interface Props {
  a: OutputFile;
  b: OutputFile;
  gain: number;
  style: CSSProperties | undefined;
}

export function Difference({ a, b, gain, style }: Props) {
  const words = useRoom(gallery);
  const canvas = useRef<HTMLCanvasElement>(null);
  const urls = `${viewOf(a)} ${viewOf(b)}`;

  useEffect(() => {
    let alive = true;
    Promise.all([load(a), load(b)]).then(([one, two]) => alive && canvas.current && paint(canvas.current, one, two), console.warn);
    return () => void (alive = false);
  }, [urls]);
  return <canvas ref={canvas} role="img" aria-label={words.modes.difference} style={{ ...style, filter: `brightness(${gain})` }} />;
}
