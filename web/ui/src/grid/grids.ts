// The grids that were queued, one a document: their axes, and of each cell its job and what came of it. Kept for the browser
// tab, so that a page that is loaded again has them.
import { create } from 'zustand';
import { readFile, type OutputFile } from '../net/files.ts';
import { listAt, member, numberAt, textAt, textsAt } from '../net/http.ts';
import type { Spot } from './inputs.ts';

export interface Axis extends Spot {
  title: string; // of its node
  label: string;
  values: readonly string[]; // texts of JSON, so that a seed keeps its digits
  shown: readonly string[]; // as a person reads them
}

/** `planned`: not sent yet; `stopped`: it never ran, or not to its end. */
export type CellState = 'planned' | 'waiting' | 'running' | 'done' | 'failed' | 'stopped';

export interface Cell {
  job: string;
  state: CellState;
  files: readonly OutputFile[];
  seed?: string;
  why?: string; // it failed
}

export interface Grid {
  id: string;
  uid: string; // the document
  name: string;
  at: number; // when it was queued, milliseconds since 1970
  x: Axis;
  y?: Axis; // undefined: one row
  cells: readonly Cell[]; // row by row
}

const KEY = 'limn.grids';
const MOST = 8;
const STATES: readonly string[] = ['planned', 'waiting', 'running', 'done', 'failed', 'stopped'];

export const columnsOf = (grid: Grid) => grid.x.values.length;
export const rowsOf = (grid: Grid) => grid.y?.values.length ?? 1;
export const isOver = ({ state }: Cell) => state === 'done' || state === 'failed' || state === 'stopped';

// ------------------------------------------------------------------ kept

function readAxis(of: unknown): Axis | undefined {
  const [node, widget] = [textAt(of, 'node'), textAt(of, 'widget')];
  const [values, shown] = [textsAt(of, 'values'), textsAt(of, 'shown')];
  if (node === undefined || widget === undefined || !values.length || values.length !== shown.length) return undefined;
  return { graph: textAt(of, 'graph') ?? '', node, widget, title: textAt(of, 'title') ?? '', label: textAt(of, 'label') ?? '', values, shown };
}

/** Of what was still to be sent when its page ended, nothing will come. */
function readCell(of: unknown): Cell {
  const state = textAt(of, 'state') ?? '';
  const [seed, why] = [textAt(of, 'seed'), textAt(of, 'why')];
  const files = listAt(of, 'files').map((f) => readFile(f, textAt(f, 'version'))).filter((f) => f !== undefined);
  return {
    job: textAt(of, 'job') ?? '',
    state: state === 'planned' || !STATES.includes(state) ? 'stopped' : (state as CellState),
    files,
    ...(seed === undefined ? {} : { seed }), ...(why === undefined ? {} : { why }),
  };
}

/** What was kept; undefined for what cannot be read. */
export function readGrid(of: unknown): Grid | undefined {
  const [id, uid] = [textAt(of, 'id'), textAt(of, 'uid')];
  const x = readAxis(member(of, 'x'));
  const y = readAxis(member(of, 'y'));
  if (id === undefined || uid === undefined || !x) return undefined;
  const cells = listAt(of, 'cells').map(readCell);
  if (cells.length !== x.values.length * (y?.values.length ?? 1)) return undefined;
  return { id, uid, name: textAt(of, 'name') ?? '', at: numberAt(of, 'at') ?? 0, x, ...(y ? { y } : {}), cells };
}

function kept(): Record<string, Grid> {
  try {
    const list = JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as unknown;
    const grids = (Array.isArray(list) ? (list as unknown[]) : []).map(readGrid).filter((g) => g !== undefined);
    return Object.fromEntries(grids.map((g) => [g.uid, g]));
  } catch {
    return {};
  }
}

export const useGrids = create<Readonly<Record<string, Grid>>>(() => kept());

useGrids.subscribe((grids) => {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(Object.values(grids).sort((a, b) => b.at - a.at).slice(0, MOST)));
  } catch {
    // Nothing is kept here: the grid goes with the page, its pictures stay.
  }
});

// ------------------------------------------------------------------ changed

export function putGrid(grid: Grid) {
  useGrids.setState({ [grid.uid]: grid });
}

/** Of a grid that is still there. */
export function changeCells(uid: string, id: string, change: (cell: Cell, at: number) => Cell) {
  const grid = useGrids.getState()[uid];
  if (grid?.id !== id) return;
  const cells = grid.cells.map(change);
  if (cells.some((c, i) => c !== grid.cells[i])) putGrid({ ...grid, cells });
}

export function changeCell(uid: string, id: string, at: number, what: Partial<Cell>) {
  changeCells(uid, id, (cell, i) => (i === at ? { ...cell, ...what } : cell));
}
