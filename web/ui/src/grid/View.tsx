// A grid that was queued, as large as the page: names of columns and rows, and every cell as it comes.
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type CSSProperties, type KeyboardEvent } from 'react';
import { Icon } from '../app/Icon.tsx';
import { percent } from '../i18n/format.ts';
import { mediaOf } from '../net/files.ts';
import { attempt, openJob } from '../run/actions.ts';
import { view } from '../run/viewer.ts';
import { GridCell } from './Cell.tsx';
import { jsonOf, pictureOf, pngOf, save, titleOf } from './export.ts';
import { columnsOf, isOver, rowsOf, useGrids, type Axis, type Grid } from './grids.ts';
import { stopGrid } from './send.ts';
import { useGridWords } from './words.ts';
import { cellSize, STEP, useZoom } from './zoom.ts';

const GAP = 6; // between cells
const NAMES = { width: 148, height: 60 }; // of rows and of columns

/** Pictures of all cells that have one; the viewer begins with this one. */
function lookAt(uid: string, at: number) {
  const cells = useGrids.getState()[uid]?.cells ?? [];
  const files = cells.map((c) => pictureOf(c.files));
  const shown = files.filter((f) => f !== undefined && mediaOf(f) === 'image') as NonNullable<(typeof files)[number]>[];
  const file = files[at];
  if (file) view(shown, shown.indexOf(file));
}

function useRoom(box: React.RefObject<HTMLElement | null>) {
  const [room, setRoom] = useState({ width: 1200, height: 700 });
  useLayoutEffect(() => {
    const it = box.current;
    if (!it) return;
    const measure = () => setRoom({ width: it.clientWidth, height: it.clientHeight });
    const watch = new ResizeObserver(measure);
    measure();
    watch.observe(it);
    return () => watch.disconnect();
  }, []);
  return room;
}

const whatOf = (grid: Grid, x: number, y: number) => {
  const said = (axis: Axis, i: number) => `${axis.label}: ${axis.shown[i] ?? ''}`;
  return grid.y ? `${said(grid.x, x)}, ${said(grid.y, y)}` : said(grid.x, x);
};

interface TableProps {
  grid: Grid;
  close: () => void;
  sized: (width: number, height: number) => void;
}

function Table({ grid, close, sized }: TableProps) {
  const { uid } = grid;
  const look = useCallback((at: number) => lookAt(uid, at), [uid]);
  const open = useCallback((job: string, what: string) => {
    close();
    void attempt(openJob({ id: job, state: 'completed', number: 0, created: 0, pictures: 0 }, `${grid.name} · ${what}`));
  }, [grid.id]);
  const columns = columnsOf(grid);
  return (
    <table>
      <thead>
        <tr>
          {grid.y && <td />}
          {grid.x.shown.map((v, x) => <th key={x} scope="col" title={v}><span>{v}</span></th>)}
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: rowsOf(grid) }, (_, y) => (
          <tr key={y}>
            {grid.y && <th scope="row" title={grid.y.shown[y]}><span>{grid.y.shown[y]}</span></th>}
            {grid.x.values.map((_, x) => (
              <td key={x}>
                <GridCell uid={uid} at={y * columns + x} what={whatOf(grid, x, y)} look={look} open={open} sized={sized} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface ToolsProps {
  grid: Grid;
  zoom: ReturnType<typeof useZoom>;
  again: () => void;
  close: () => void;
  savePng: () => void;
  making: boolean;
}

function Tools({ grid, zoom, again, close, savePng, making }: ToolsProps) {
  const words = useGridWords();
  const some = grid.cells.some((c) => c.files.length > 0);
  const over = grid.cells.every(isOver);
  const icon = (name: 'minus' | 'plus' | 'close', says: string, does: () => void) => (
    <button className="icon" aria-label={says} title={says} onClick={does}>
      <Icon name={name} />
    </button>
  );
  return (
    <div className="tools">
      {icon('minus', words.far, () => zoom.zoomBy(1 / STEP))}
      <span className="sizes">{percent(zoom.zoom)}</span>
      {icon('plus', words.near, () => zoom.zoomBy(STEP))}
      <button onClick={zoom.fit}>{words.fit}</button>
      {!over && <button className="plain" onClick={() => void stopGrid(grid)}>{words.stop}</button>}
      <button className="plain" disabled={!some || making} onClick={savePng}>{words.png}</button>
      <button className="plain" onClick={() => save(`${grid.name}-grid.json`, new Blob([jsonOf(grid)], { type: 'application/json' }))}>{words.json}</button>
      <button className="plain" onClick={again}>{words.again}</button>
      {icon('close', words.close, close)}
    </div>
  );
}

/** How far it is; said to who cannot see it as it changes. */
function Standing({ grid, fault }: { grid: Grid; fault: string | undefined }) {
  const words = useGridWords();
  const count = (state: string) => grid.cells.filter((c) => c.state === state).length;
  const failed = count('failed');
  return (
    <p className="standing">
      <span className="axes">
        <span>→ {titleOf(grid.x)}</span>
        {grid.y && <span>↓ {titleOf(grid.y)}</span>}
      </span>
      <span role="status">
        {words.done(count('done'), grid.cells.length)}
        {failed > 0 && <strong> · {words.failed(failed)}</strong>}
      </span>
      {fault !== undefined && <strong role="alert">{words.notSaved(fault)}</strong>}
    </p>
  );
}

export function GridView({ grid, again, close }: { grid: Grid; again: () => void; close: () => void }) {
  const words = useGridWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const room = useRoom(box);
  const [aspect, setAspect] = useState(1);
  const [fault, setFault] = useState<string>();
  const [making, setMaking] = useState(false);
  const [n, m] = [columnsOf(grid), rowsOf(grid)];
  const free = {
    width: room.width - (grid.y ? Math.min(NAMES.width, room.width / 4) : 0) - 24 - n * GAP,
    height: room.height - NAMES.height - m * GAP,
  };
  const cell = cellSize(free, n, m, aspect);
  const zoom = useZoom(box, cell);
  const sized = useCallback((width: number, height: number) => width > 0 && height > 0 && setAspect(width / height), []);

  useLayoutEffect(() => {
    const it = dialog.current;
    if (it && !it.open) it.showModal();
    it?.focus();
    return () => it?.close();
  }, []);
  useEffect(() => setFault(undefined), [grid.id]);
  const savePng = async () => {
    const it = dialog.current;
    if (!it) return;
    const style = getComputedStyle(it);
    const faint = getComputedStyle(it.querySelector('.axes') ?? it).color;
    setMaking(true);
    setFault(undefined);
    try {
      save(`${grid.name}-grid.png`, await pngOf(grid, { ground: style.backgroundColor, text: style.color, faint, family: style.fontFamily }));
    } catch (e) {
      setFault(e instanceof Error ? e.message : String(e));
    } finally {
      setMaking(false);
    }
  };
  const key = (e: KeyboardEvent) => {
    if (e.ctrlKey || e.metaKey || e.altKey || !zoom.key(e)) return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <dialog className="viewer grid-view" ref={dialog} tabIndex={-1} aria-label={words.titleOf(grid.name)} onKeyDown={key}
            onCancel={(e) => e.target === dialog.current && (e.preventDefault(), close())}>
      <header>
        <h2>{words.titleOf(grid.name)}</h2>
        <Tools grid={grid} zoom={zoom} again={again} close={close} savePng={() => void savePng()} making={making} />
      </header>
      <Standing grid={grid} fault={fault} />
      <div className="cells" ref={box} data-zoomed={zoom.zoom > 1} data-near={zoom.zoom >= 3} style={zoom.style as CSSProperties} {...zoom.hands}>
        <Table grid={grid} close={close} sized={sized} />
      </div>
      <p className="hint">{words.hint2}</p>
    </dialog>
  );
}
