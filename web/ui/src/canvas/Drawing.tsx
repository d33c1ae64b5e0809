// The drawing behind the bodies, and the one above them. It is larger than the view, so that a canvas that is moved is not drawn
// again at once: it slides, which costs the browser next to nothing.
import { useStoreApi } from '@xyflow/react';
import { useLayoutEffect, useRef } from 'react';
import { useDocuments, type Camera } from '../app/documents.ts';
import { useSettings } from '../app/settings.ts';
import { useRuns } from '../run/run.ts';
import { BEYOND, paint, paintAbove } from './paint.ts';
import { forgetColours, readColoursAt } from './palette.ts';
import { onRepaint, repaint, slide, view } from './view.ts';

const LAYER_MS = 200; // after the last move
const MOTION_MS = 120; // between two pictures of what moves by itself: a run needs the processor more

/** While the canvas is only moved, its bodies are a layer of their own, which is not painted again. */
function holdLayer(bodies: HTMLElement | null | undefined) {
  let timer = 0;
  return (moves: boolean) => {
    if (!bodies) return;
    clearTimeout(timer);
    const wanted = moves ? 'transform' : '';
    if (bodies.style.willChange !== wanted) bodies.style.willChange = wanted;
    if (moves) timer = window.setTimeout(() => (bodies.style.willChange = ''), LAYER_MS);
  };
}

/** Draws, or moves what was drawn. */
function startDrawing(element: HTMLCanvasElement, above: HTMLCanvasElement): () => void {
  let drawn: Camera & { width: number; height: number } = { x: 0, y: 0, zoom: 0, width: 0, height: 0 };
  let timer = 0;
  const end = onRepaint((anew) => {
    const { camera: { x, y, zoom }, size: { width, height } } = view;
    const density = Math.min(2, devicePixelRatio);
    const [dx, dy] = [x - drawn.x, y - drawn.y];
    const near = Math.max(Math.abs(dx), Math.abs(dy)) <= BEYOND && drawn.zoom === zoom && drawn.width === width && drawn.height === height;

    paintAbove(above, density);
    if (!anew && near) {
      element.style.transform = `translate(${dx}px, ${dy}px)`;
      return;
    }
    clearTimeout(timer);
    drawn = { x, y, zoom, width, height };
    element.style.transform = '';
    element.style.width = `${width + 2 * BEYOND}px`;
    element.style.height = `${height + 2 * BEYOND}px`;
    if (paint(element, density)) timer = window.setTimeout(repaint, MOTION_MS);
  });
  return () => {
    end();
    clearTimeout(timer);
  };
}

export function Drawing() {
  const store = useStoreApi();
  const canvas = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const colours = useSettings((s) => s.colours);

  useLayoutEffect(() => {
    forgetColours();
    repaint();
  }, [colours]);
  useLayoutEffect(() => {
    if (!canvas.current || !above.current) return;
    readColoursAt(canvas.current);
    const hold = holdLayer(store.getState().domNode?.querySelector<HTMLElement>('.react-flow__viewport'));
    const ends = [
      startDrawing(canvas.current, above.current),
      store.subscribe(({ transform: [x, y, zoom], width, height }) => {
        const { camera, size } = view;
        const moved = camera.x !== x || camera.y !== y || camera.zoom !== zoom;
        if (!moved && size.width === width && size.height === height) return;
        if (moved) hold(camera.zoom === zoom);
        view.camera = { x, y, zoom };
        view.size = { width, height };
        slide();
      }),
      useDocuments.subscribe(repaint),
      useRuns.subscribe(repaint),
    ];
    return () => ends.forEach((end) => end());
  }, [store]);
  return (
    <>
      <canvas ref={canvas} className="drawing" style={{ top: -BEYOND, left: -BEYOND }} aria-hidden="true" />
      <canvas ref={above} className="drawing above" aria-hidden="true" hidden />
    </>
  );
}
