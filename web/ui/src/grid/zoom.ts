// Looking at all cells of a grid closely: one place and nearness for all of them, by the wheel, by hand and by keys.
import { useEffect, useRef, useState, type MouseEvent, type PointerEvent, type RefObject } from 'react';
import { FITTED, moved, standing, zoomed, type Look, type Size } from '../run/looking.ts';

export const STEP = 1.25;
const MOVE = 40; // pixels a key
const NEAR = 4; // before a press is a drag

const LEAST = 96; // pixels of a cell
const MOST = 420;

/** How large cells can be, so that all of them are seen where that is possible. `aspect`: width over height. */
export function cellSize(room: Size, columns: number, rows: number, aspect: number): Size {
  const width = Math.floor(Math.max(LEAST, Math.min(MOST, room.width / columns, (room.height / rows) * aspect)));
  return { width, height: Math.max(24, Math.round(width / aspect)) };
}

export function useZoom(table: RefObject<HTMLElement | null>, cell: Size) {
  const [look, setLook] = useState<Look>(FITTED);
  const press = useRef<{ x: number; y: number; dragged: boolean }>(undefined);
  const { zoom = 1, x, y } = standing(look, cell, cell);
  const middle = { x: cell.width / 2, y: cell.height / 2 };
  const zoomBy = (by: number, about = middle) => setLook((l) => zoomed(l, by, about, cell, cell));
  const move = (dx: number, dy: number) => setLook((l) => moved(l, dx, dy, cell, cell));

  useEffect(() => setLook(FITTED), [cell.width, cell.height]);
  useEffect(() => {
    const it = table.current;
    const wheel = (e: WheelEvent) => {
      if (!e.ctrlKey && !e.metaKey) return;
      e.preventDefault();
      const box = (e.target as Element).closest('.frame')?.getBoundingClientRect();
      zoomBy(STEP ** (-e.deltaY / 100), box && { x: e.clientX - box.x, y: e.clientY - box.y });
    };
    it?.addEventListener('wheel', wheel, { passive: false });
    return () => it?.removeEventListener('wheel', wheel);
  }, [cell.width, cell.height]);

  return {
    zoom,
    style: { '--zoom': zoom, '--x': `${x}px`, '--y': `${y}px`, '--w': `${cell.width}px`, '--h': `${cell.height}px` },
    zoomBy,
    fit: () => setLook(FITTED),
    /** True: the key was for this. */
    key: (e: { key: string; shiftKey: boolean }): boolean => {
      const [dx, dy] = ({ ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] } as const)[e.key] ?? [0, 0];
      if (e.key === '+' || e.key === '=') zoomBy(STEP);
      else if (e.key === '-') zoomBy(1 / STEP);
      else if (e.key === '0') setLook(FITTED);
      else if ((dx || dy) && e.shiftKey) move(dx * MOVE, dy * MOVE);
      else return false;
      return true;
    },
    hands: {
      onPointerDown: (e: PointerEvent) => {
        press.current = e.button === 0 && zoom > 1 ? { x: e.clientX, y: e.clientY, dragged: false } : undefined;
      },
      onPointerMove: (e: PointerEvent) => {
        const p = press.current;
        if (!p || e.buttons === 0 || (!p.dragged && Math.hypot(e.clientX - p.x, e.clientY - p.y) < NEAR)) return;
        if (!p.dragged) e.currentTarget.setPointerCapture(e.pointerId);
        move(e.clientX - p.x, e.clientY - p.y);
        press.current = { x: e.clientX, y: e.clientY, dragged: true };
      },
      /** What was dragged is not pressed. */
      onClickCapture: (e: MouseEvent) => {
        if (press.current?.dragged) e.stopPropagation();
        press.current = undefined;
      },
    },
  };
}
