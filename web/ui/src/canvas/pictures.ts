// The last picture of a node, small, for a box on the canvas element: read once, and kept while it is the last one.
import { onClose } from '../app/documents.ts';
import { mediaOf, viewOf } from '../net/files.ts';
import type { NodeRun } from '../run/run.ts';
import { repaint } from './view.ts';

const MOST = 200;
const SMALL = 256; // pixels wide
const known = new Map<string, HTMLImageElement>();
onClose(() => known.clear());

function forget() {
  for (const url of known.keys()) {
    if (known.size <= MOST) return;
    known.delete(url);
  }
}

/** Undefined: there is none, or it is not here yet; the canvas is drawn again when it is. */
export function pictureOf(run: NodeRun | undefined): HTMLImageElement | undefined {
  const file = run?.files.findLast((f) => mediaOf(f) === 'image');
  const url = run?.preview ?? (file ? viewOf(file, SMALL) : undefined);
  if (url === undefined) return undefined;
  let image = known.get(url);
  if (!image) {
    image = new Image();
    image.decoding = 'async';
    image.onload = repaint;
    image.src = url;
    known.set(url, image);
    forget();
  }
  return image.complete && image.naturalWidth > 0 ? image : undefined;
}
