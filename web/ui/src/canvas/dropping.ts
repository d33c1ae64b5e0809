// A class that is dragged onto the canvas from elsewhere on the page becomes a node where it is let go of.
import { addHere, inSight } from './adding.ts';
import { toCanvas } from './view.ts';

const KIND = 'application/x-limn-node';

const graph = () => document.querySelector<HTMLElement>('.graph');

/** Adds one in the middle of what is seen. */
export function addInSight(name: string) {
  addHere(name, {}, inSight());
}

/** To be called when dragging begins. */
export function dragClass(data: DataTransfer, name: string) {
  const canvas = graph();
  const over = (e: DragEvent) => {
    e.preventDefault();
    if (e.dataTransfer) e.dataTransfer.dropEffect = 'copy';
  };
  const drop = (e: DragEvent) => {
    e.preventDefault();
    e.stopPropagation();
    const box = canvas?.getBoundingClientRect();
    const at = { x: e.clientX - (box?.x ?? 0), y: e.clientY - (box?.y ?? 0) };
    addHere(name, {}, { place: toCanvas(at) });
  };
  data.setData(KIND, name);
  data.effectAllowed = 'copy';
  canvas?.addEventListener('dragover', over);
  canvas?.addEventListener('drop', drop);
  addEventListener('dragend', () => {
    canvas?.removeEventListener('dragover', over);
    canvas?.removeEventListener('drop', drop);
  }, { once: true });
}
