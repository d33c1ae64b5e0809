// The whole graph, small: where its nodes are, which part is seen, and a way to go elsewhere.
import { useLayoutEffect, useRef, type PointerEvent } from 'react';
import { useSettings } from '../app/settings.ts';
import { useWords } from '../i18n/words.ts';
import { EMPTY, useRuns, worstOf } from '../run/run.ts';
import type { Box } from './boxes.ts';
import { lookAt } from './camera.ts';
import { viewOf } from './near.ts';
import { colour, fileColour, token } from './palette.ts';
import type { Scene } from './scene.ts';
import { onRepaint, repaint, useHand, view } from './view.ts';

const WIDTH = 200;
const HEIGHT = 132;
const MARGIN = 8;

interface Scale {
  x: number;
  y: number;
  by: number;
}

/** How the map shows the graph: all of it, whatever is seen. */
function scaleOf({ box }: Scene): Scale | undefined {
  if (!box) return undefined;
  const by = Math.min((WIDTH - 2 * MARGIN) / Math.max(1, box.width), (HEIGHT - 2 * MARGIN) / Math.max(1, box.height), 0.1);
  return { by, x: WIDTH / 2 - (box.x + box.width / 2) * by, y: HEIGHT / 2 - (box.y + box.height / 2) * by };
}

/** As large as the map, and empty. */
function fitted(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  const ctx = canvas.getContext('2d');
  const density = Math.min(2, devicePixelRatio);
  if (canvas.width !== WIDTH * density) [canvas.width, canvas.height] = [WIDTH * density, HEIGHT * density];
  ctx?.setTransform(density, 0, 0, density, 0, 0);
  ctx?.clearRect(0, 0, WIDTH, HEIGHT);
  return ctx;
}

function paintMap(canvas: HTMLCanvasElement, scene: Scene, { x, y, by }: Scale) {
  const ctx = fitted(canvas);
  const { nodes: runs, faults } = useRuns.getState()[view.uid] ?? EMPTY;

  if (!ctx) return;
  const fill = (box: Box) => ctx.fillRect(x + box.x * by, y + box.y * by, Math.max(1.5, box.width * by), Math.max(1.5, box.height * by));
  for (const group of scene.groups) {
    ctx.globalAlpha = 0.2;
    ctx.fillStyle = fileColour(group.color) ?? token('text-3');
    fill(group);
  }
  ctx.globalAlpha = 1;
  for (const box of scene.nodes) {
    const name = scene.prefix + box.id;
    const state = runs[name]?.state;
    const own = fileColour(box.shape.bgcolor) ?? fileColour(box.shape.color);
    const tinted = own && colour(`color-mix(in srgb, oklch(from ${own} 0.6 min(0.14, calc(c * 2)) h) 60%, var(--control))`);
    ctx.fillStyle =
      state === 'running' ? token('accent') : state === 'error' || worstOf(faults[name]) === 'error' ? token('error') : (tinted ?? token('control'));
    fill(box);
  }
}

/** What is seen, as a rectangle above the map: drawn, since an element of another size would have the page laid out anew. */
function paintSeen(canvas: HTMLCanvasElement, { x, y, by }: Scale) {
  const ctx = fitted(canvas);
  if (!ctx) return;
  const seen = viewOf(view.camera, view.size);
  const box = [x + seen.x * by, y + seen.y * by, seen.width * by, seen.height * by] as const;
  ctx.fillStyle = ctx.strokeStyle = token('accent');
  ctx.globalAlpha = 0.08;
  ctx.fillRect(...box);
  ctx.globalAlpha = 1;
  ctx.lineWidth = 1.5;
  ctx.strokeRect(...box);
}

export function Map({ scene }: { scene: Scene }) {
  const words = useWords().canvas;
  const shown = useHand((s) => s.map);
  const colours = useSettings((s) => s.colours);
  const canvas = useRef<HTMLCanvasElement>(null);
  const held = useRef<Scale>(undefined);

  const seen = useRef<HTMLCanvasElement>(null);
  const painted = useRef<{ scene: Scene; runs: unknown; faults: unknown; colours: string }>(undefined);

  useLayoutEffect(() => onRepaint(() => {
    const scale = scaleOf(scene);
    const { nodes: runs, faults } = useRuns.getState()[view.uid] ?? EMPTY;
    if (!canvas.current || !seen.current || !scale) return void (painted.current = undefined);
    const was = painted.current;
    if (!was || was.scene !== scene || was.runs !== runs || was.faults !== faults || was.colours !== colours) paintMap(canvas.current, scene, scale);
    painted.current = { scene, runs, faults, colours };
    paintSeen(seen.current, scale);
  }), [scene, colours]);
  if (!shown) painted.current = undefined;
  useLayoutEffect(repaint, [colours, shown, scene]);
  const go = (e: PointerEvent<HTMLElement>) => {
    const scale = held.current;
    if (!scale) return;
    const at = e.currentTarget.getBoundingClientRect();
    const { size, camera: { zoom } } = view;
    const x = (e.clientX - at.x - scale.x) / scale.by;
    const y = (e.clientY - at.y - scale.y) / scale.by;
    lookAt({ x: size.width / 2 - x * zoom, y: size.height / 2 - y * zoom, zoom }, false);
  };
  const hold = (e: PointerEvent<HTMLElement>) => {
    e.stopPropagation();
    held.current = scaleOf(scene);
    e.currentTarget.setPointerCapture(e.pointerId);
    go(e);
  };
  if (!shown || !scene.nodes.length) return null;
  return (
    <div className="graph-map nopan" role="img" aria-label={words.map} onPointerDown={hold} onPointerMove={go} onPointerUp={() => (held.current = undefined)}>
      <canvas ref={canvas} />
      <canvas ref={seen} className="seen" />
    </div>
  );
}
