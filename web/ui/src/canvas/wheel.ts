// The wheel: a mouse zooms, two fingers on a trackpad move the canvas, and a text that is being written scrolls; a setting has it
// always one of the two.
import { useSettings } from '../app/settings.ts';
import { panBy } from './camera.ts';

/** Wheels of mice come in steps of 120 of an old unit, which browsers still tell; trackpads do not. */
function isTrackpad(e: WheelEvent & { wheelDeltaY?: number }): boolean {
  if (e.deltaMode !== 0 || e.ctrlKey) return false;
  if (e.deltaX !== 0 && !e.shiftKey) return true;
  const old = Math.abs(e.wheelDeltaY ?? 0);
  return old > 0 && old % 120 !== 0 && old === Math.abs(e.deltaY * 3);
}

/** Listens in front of React Flow; returns what ends it. */
export function startWheel(graph: HTMLElement): () => void {
  const wheel = (e: WheelEvent) => {
    if (e.target instanceof Element && e.target.closest('.nowheel, textarea:focus, .graph-find')) return;
    const { wheel: set } = useSettings.getState();
    if (e.ctrlKey || set === 'zoom' || (set === 'device' && !isTrackpad(e))) return;
    e.preventDefault();
    e.stopPropagation();
    const [dx, dy] = e.shiftKey && e.deltaX === 0 ? [e.deltaY, 0] : [e.deltaX, e.deltaY];
    panBy(-dx, -dy);
  };
  graph.addEventListener('wheel', wheel, { capture: true, passive: false });
  return () => graph.removeEventListener('wheel', wheel, { capture: true });
}
