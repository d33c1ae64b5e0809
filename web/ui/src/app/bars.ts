// Which panel each bar shows and how wide each is; kept for the next time.
import { create } from 'zustand';
import type { Side } from '../panels/panel.ts';

const KEY = 'limn.bars';
const WIDTH = 280;
export const LEAST_WIDTH = 200;
export const MOST_WIDTH = 640;

interface Bars {
  open: Readonly<Partial<Record<Side, string>>>;
  widths: Readonly<Record<string, number>>;
  hidden: boolean; // the canvas alone is shown; not kept
}

function read(): Bars {
  try {
    const { open, widths } = JSON.parse(localStorage.getItem(KEY) ?? '') as Partial<Bars>;
    return { open: { ...open }, widths: { ...widths }, hidden: false };
  } catch {
    return { open: matchMedia('(min-width: 1100px)').matches ? { right: 'queue' } : {}, widths: {}, hidden: false };
  }
}

export const useBars = create<Bars>(read);

useBars.subscribe(({ open, widths }) => {
  try {
    localStorage.setItem(KEY, JSON.stringify({ open, widths }));
  } catch {
    // A browser that keeps nothing.
  }
});

export function showPanel(side: Side, id: string | undefined) {
  useBars.setState(({ open: { [side]: _, ...rest } }) => ({ open: id === undefined ? rest : { ...rest, [side]: id } }));
}

export function togglePanel(side: Side, id: string) {
  showPanel(side, useBars.getState().open[side] === id ? undefined : id);
}

export function widthOf(bars: Bars, id: string): number {
  const width = Number(bars.widths[id]);
  return Number.isFinite(width) ? Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, width)) : WIDTH;
}

export function setWidth(id: string, width: number) {
  const kept = Math.round(Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, width)));
  useBars.setState((s) => ({ widths: { ...s.widths, [id]: kept } }));
}

/** Only the canvas, and back. */
export function setFocusMode(on: boolean) {
  useBars.setState({ hidden: on });
}
