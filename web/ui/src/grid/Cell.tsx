// One cell of a grid: its picture, or how far it is.
import { memo } from 'react';
import { Icon } from '../app/Icon.tsx';
import { percent } from '../i18n/format.ts';
import { viewOf } from '../net/files.ts';
import { useTries } from '../net/tries.ts';
import { useRuns, type Run } from '../run/run.ts';
import { pictureOf } from './export.ts';
import { useGrids, type Cell } from './grids.ts';
import { useGridWords } from './words.ts';

const ICONS = { planned: 'clock', waiting: 'clock', running: 'play', done: 'image', failed: 'warning', stopped: 'stop' } as const;

const formingIn = (run: Run) => Object.values(run.nodes).find((n) => n.preview !== undefined)?.preview;

/** What is there while it has no picture. */
function Waiting({ uid, cell }: { uid: string; cell: Cell }) {
  const words = useGridWords();
  const mine = (run: Run | undefined) => (run && cell.state === 'running' && run.current === cell.job ? run : undefined);
  const share = useRuns((all) => mine(all[uid])?.share);
  const forming = useRuns((all) => {
    const run = mine(all[uid]);
    return run && formingIn(run);
  });
  return (
    <>
      {forming !== undefined && <img src={forming} alt="" draggable={false} />}
      <span className="state" data-over={forming !== undefined}>
        <Icon name={ICONS[cell.state]} />
        <span>{cell.state === 'done' ? words.noPicture : words.states[cell.state]}{share === undefined ? '' : ` ${percent(share)}`}</span>
      </span>
      {cell.why !== undefined && <span className="why">{cell.why}</span>}
    </>
  );
}

interface Props {
  uid: string;
  at: number;
  what: string; // "steps: 1, cfg: 4"
  look: (at: number) => void;
  open: (job: string, what: string) => void;
  sized: (width: number, height: number) => void;
}

export const GridCell = memo(function GridCell({ uid, at, what, look, open, sized }: Props) {
  const words = useGridWords();
  const cell = useGrids((s) => s[uid]?.cells[at]);
  const file = cell && pictureOf(cell.files);
  const src = file ? viewOf(file) : '';
  const [key, bad, failed] = useTries(src);
  if (!cell) return null;
  const shown = src !== '' && !bad;
  return (
    <div className="cell" data-state={cell.state}>
      {shown ? (
        <button className="frame" aria-label={words.look(what)} title={what} onClick={() => look(at)}>
          <img key={key} src={src} alt="" draggable={false} decoding="async" onError={failed}
               onLoad={(e) => sized(e.currentTarget.naturalWidth, e.currentTarget.naturalHeight)} />
        </button>
      ) : (
        <div className="frame" role="img" aria-label={words.cell(what, `${words.states[cell.state]}${cell.why === undefined ? '' : `. ${cell.why}`}`)} title={cell.why ?? what}>
          <Waiting uid={uid} cell={cell} />
        </div>
      )}
      {cell.job !== '' && (
        <button className="icon workflow" aria-label={words.workflowOf(what)} title={words.workflow} onClick={() => open(cell.job, what)}>
          <Icon name="file" />
        </button>
      )}
    </div>
  );
});
