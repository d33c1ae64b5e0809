// What becomes of the cells: the list of jobs says which wait and run, and a job that is in neither is asked for.
import { wordsNow } from '../i18n/words.ts';
import { readFile } from '../net/files.ts';
import { getJson, member } from '../net/http.ts';
import { readJob, useJobs } from '../net/jobs.ts';
import { askForWork } from '../net/server.ts';
import { sentenceOf } from '../run/sentences.ts';
import { filesIn } from '../run/track.ts';
import { changeCell, changeCells, isOver, useGrids, type Cell, type Grid } from './grids.ts';

const MOST_ASKED = 16; // at a time
const FEW_ASKED = 4; // where the list of jobs is not whole

const asking = new Set<string>();

/** What somebody saved comes before what was only shown. */
function filesOf(job: unknown, id: string) {
  const all = Object.values(member(job, 'outputs') ?? {}).flatMap((of) => filesIn(of, id.slice(0, 8)));
  const preview = readFile(member(job, 'preview_output'), id.slice(0, 8));
  const files = all.length || !preview ? all : [preview];
  return [...files.filter((f) => f.type === 'output'), ...files.filter((f) => f.type !== 'output')];
}

const STATES = { in_progress: 'running', pending: 'waiting', completed: 'done', failed: 'failed', cancelled: 'stopped' } as const;

const missed = new Set<string>();

/** In neither list, nor in the history: a list may be a moment older than the job, so it counts when that is so twice. */
function miss(grid: Grid, at: number, id: string) {
  if (useJobs.getState().more > 0) return;
  if (missed.delete(id)) changeCell(grid.uid, grid.id, at, { state: 'stopped' });
  else {
    missed.add(id);
    askForWork();
  }
}

async function settle(grid: Grid, at: number, { job: id }: Cell) {
  if (asking.has(id)) return;
  asking.add(id);
  try {
    const name = encodeURIComponent(id);
    if (member(await getJson(`history/${name}`), id) === undefined) return miss(grid, at, id);
    const answer = await getJson(`api/jobs/${name}`);
    const job = readJob(answer);
    if (job) changeCell(grid.uid, grid.id, at, { state: STATES[job.state], files: filesOf(answer, id), ...(job.error === undefined ? {} : { why: sentenceOf(job.error, wordsNow()) }) });
  } catch (e) {
    console.warn(e);
  } finally {
    asking.delete(id);
  }
}

function look(grid: Grid) {
  const { running, waiting, more } = useJobs.getState();
  const now = new Map([...waiting.map((j) => [j.id, 'waiting'] as const), ...running.map((j) => [j.id, 'running'] as const)]);
  changeCells(grid.uid, grid.id, (cell) => {
    const state = isOver(cell) ? undefined : now.get(cell.job);
    return state && state !== cell.state ? { ...cell, state } : cell;
  });
  const gone = grid.cells.map((cell, at) => ({ cell, at })).filter(({ cell }) => !isOver(cell) && cell.job !== '' && !now.has(cell.job));
  for (const { cell, at } of gone.slice(0, more > 0 ? FEW_ASKED : MOST_ASKED)) void settle(grid, at, cell);
  if (gone.length > MOST_ASKED) askForWork(500);
}

function lookAtAll() {
  for (const grid of Object.values(useGrids.getState())) if (!grid.cells.every(isOver)) look(grid);
}

let following = false;

/** From the first grid that is looked at on. */
export function followGrids() {
  if (!following) useJobs.subscribe((jobs, before) => jobs.at !== before.at && lookAtAll());
  following = true;
  askForWork(0);
}
