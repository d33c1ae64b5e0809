// The drawing behind the bodies, and the one above them. It is larger than the view, and slides with a canvas that is moved.
import { useStoreApi } from '@xyflow/react';
import { useLayoutEffect, useRef } from 'react';
import { useDocuments, type Camera } from '../app/documents.ts';
import { useSettings } from '../app/settings.ts';
import { useRuns } from '../run/run.ts';
import type { Size } from './near.ts';
import { glider } from './glide.ts';
import { BEYOND, paint, paintAbove, paintBelow } from './paint.ts';
import { forgetColours, readColoursAt } from './palette.ts';
import { slideOf } from './slide.ts';
import { drawnFrom, onRepaint, repaint, slide, view } from './view.ts';

const LAYER_MS = 200; // after the last move
const SHARP_MS = 100; // after the last step of zooming
const COARSE = 2; // as many times as large as they were drawn, bodies are drawn anew
const MOTION_MS = 120; // between two pictures of what moves by itself: a run needs the processor more

/** While the canvas is moved and zoomed, its bodies are a layer of their own, which is not painted again. React Flow writes where they are as a
 * style, too, which counts when they are at rest. */
function holdLayer(bodies: HTMLElement | null | undefined): (camera: Camera) => void {
  const { to, rest } = glider(bodies);
  let timer = 0;
  let from = 1;
  const be = (wanted: string) => {
    if (bodies && bodies.style.willChange !== wanted) bodies.style.willChange = wanted;
  };
  const end = () => {
    be('');
    rest();
  };
  return ({ x, y, zoom }) => {
    clearTimeout(timer);
    if (bodies?.style.willChange !== 'transform') from = Math.max(1, zoom);
    be(zoom > from * COARSE ? '' : 'transform');
    to(`translate(${x}px, ${y}px) scale(${zoom})`);
    timer = window.setTimeout(end, LAYER_MS);
  };
}

interface Canvases {
  drawing: HTMLCanvasElement;
  below: HTMLCanvasElement; // the ground, while everything on it is dragged
  above: HTMLCanvasElement;
}

/** Draws, or moves what was drawn. */
function startDrawing({ drawing, below, above }: Canvases): () => void {
  let drawn: Camera & Size & { all: boolean } = { x: 0, y: 0, zoom: 1, width: 0, height: 0, all: false };
  let timer = 0;
  const { to } = glider(drawing);

  const anew = (density: number, all: boolean) => {
    const { width, height } = view.size;
    drawn = { ...drawnFrom(), width, height, all };
    to('none');
    Object.assign(drawing.style, { width: `${width + 2 * BEYOND}px`, height: `${height + 2 * BEYOND}px` });
    if (below.hidden === all) below.hidden = !all;
    if (all) paintBelow(below, density);
    if (paint(drawing, density)) timer = window.setTimeout(repaint, MOTION_MS);
  };
  const end = onRepaint((changed) => {
    const density = Math.min(2, devicePixelRatio);
    const all = view.moving?.all === true;
    const fits = drawn.width === view.size.width && drawn.height === view.size.height && drawn.all === all;
    const slid = fits && !changed ? slideOf(drawn, drawnFrom(), view.size, BEYOND) : undefined;

    paintAbove(above, density);
    if (!slid || slid.by !== 1) clearTimeout(timer);
    if (!slid) return anew(density, all);
    to(`translate(${slid.x}px, ${slid.y}px) scale(${slid.by})`);
    if (slid.by !== 1) timer = window.setTimeout(repaint, SHARP_MS);
  });
  return () => {
    end();
    clearTimeout(timer);
  };
}

/** Hears when another selection is to be seen. */
function onChoice(heard: () => void): () => void {
  const chosen = () => useDocuments.getState().opened.find((o) => o.doc.uid === view.uid)?.selection;
  let last = chosen();
  return useDocuments.subscribe(() => {
    const now = chosen();
    if (now !== last) heard();
    last = now;
  });
}

export function Drawing() {
  const store = useStoreApi();
  const canvas = useRef<HTMLCanvasElement>(null);
  const below = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const colours = useSettings((s) => s.colours);

  useLayoutEffect(() => {
    forgetColours();
    repaint();
  }, [colours]);
  useLayoutEffect(() => {
    if (!canvas.current || !below.current || !above.current) return;
    readColoursAt(canvas.current);
    const hold = holdLayer(canvas.current.closest('.graph')?.querySelector<HTMLElement>('.react-flow__viewport'));
    const ends = [
      startDrawing({ drawing: canvas.current, below: below.current, above: above.current }),
      store.subscribe(({ transform: [x, y, zoom], width, height }) => {
        const { camera, size } = view;
        const moved = camera.x !== x || camera.y !== y || camera.zoom !== zoom;
        if (!moved && size.width === width && size.height === height) return;
        if (moved) {
          hold({ x, y, zoom });
          view.movedAt = performance.now();
        }
        view.camera = { x, y, zoom };
        view.size = { width, height };
        slide();
      }),
      onChoice(repaint),
      useRuns.subscribe(repaint),
    ];
    return () => ends.forEach((end) => end());
  }, [store]);
  return (
    <>
      <canvas ref={below} className="drawing below" aria-hidden="true" hidden />
      <canvas ref={canvas} className="drawing" style={{ top: -BEYOND, left: -BEYOND }} aria-hidden="true" />
      <canvas ref={above} className="drawing above" aria-hidden="true" hidden />
    </>
  );
}
