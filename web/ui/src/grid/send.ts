// Queues a grid: for each cell a copy of the workflow with the two values in it, checked and sent like any run.
import type { Opened } from '../app/documents.ts';
import { useDocuments } from '../app/documents.ts';
import { useDefs } from '../defs/defs.ts';
import { Document } from '../doc/document.ts';
import { parse, print, type Json } from '../doc/json.ts';
import { wordsNow } from '../i18n/words.ts';
import { isRefusal, isUnreached, postJson, postText, sentenceIn, whyOf } from '../net/http.ts';
import { cancelJob } from '../net/jobs.ts';
import { askForWork, clientId } from '../net/server.ts';
import { attempt } from '../run/actions.ts';
import { bodyOf, newId } from '../run/body.ts';
import { askCheck, hasChoices } from '../run/check.ts';
import { sends, sent, unsent } from '../run/hear.ts';
import { seedIn } from '../run/mine.ts';
import { hasRun } from '../run/seeds.ts';
import { sentenceOf } from '../run/sentences.ts';
import { changeCell, changeCells, columnsOf, putGrid, rowsOf, useGrids, type Axis, type Grid } from './grids.ts';
import { putValues } from './inputs.ts';

const MOST_FAILED = 3; // in a row: what is wrong is not the values then

const standing = (grid: Grid) => useGrids.getState()[grid.uid];

/** Nobody has stopped it, and no other grid took its place. */
const goesOn = (grid: Grid, at: number) => {
  const now = standing(grid);
  return now?.id === grid.id && now.cells[at]?.state === 'planned';
};

/** A choice {a|b} is made once, for all cells. */
async function baseOf(text: string): Promise<Document> {
  const made = hasChoices(text) ? (await askCheck(text, true)).workflow : undefined;
  return new Document(made ? print(made) : text);
}

const valueAt = (axis: Axis, i: number): { at: Axis; value: Json } => ({ at: axis, value: parse(axis.values[i] ?? 'null') });

/** The workflow of a cell. Changes `base`, whose values at the axes are always set anew. */
function textOf(base: Document, grid: Grid, x: number, y: number): string {
  putValues(base, useDefs.getState().defs, [valueAt(grid.x, x), ...(grid.y ? [valueAt(grid.y, y)] : [])]);
  return base.toText();
}

function sentence(e: unknown): string {
  if (isRefusal(e)) return wordsNow().run.said.refused(sentenceIn(e.said) || e.message);
  return isUnreached(e) ? wordsNow().run.said.unreachable : whyOf(e);
}

/** Throws a sentence of why it could not be sent. */
async function sendCell(base: Document, grid: Grid, at: number) {
  const { uid, name } = grid;
  const [x, y] = [at % columnsOf(grid), Math.floor(at / columnsOf(grid))];
  const text = textOf(base, grid, x, y);
  const check = await askCheck(text, hasChoices(text));
  const wrong = check.problems.find((p) => p.severity === 'error' || p.type === 'prompt_no_outputs');
  if (wrong || !check.prompt) throw new Error(wrong ? sentenceOf(wrong, wordsNow()) : wordsNow().run.said.problems(1));
  if (!goesOn(grid, at)) return;

  const id = newId();
  const seed = seedIn(check.prompt);
  const { outputs } = check.checked;
  const workflow = check.workflow ? print(check.workflow) : text;
  sends(id, uid, name, check.prompt, outputs);
  try {
    const file = useDocuments.getState().opened.find((o) => o.doc.uid === uid)?.file?.path;
    await postText('prompt', bodyOf({ id, prompt: print(check.prompt), workflow, client: clientId(), uid, name, file, seed, outputs, grid: { id: grid.id, x, y } }));
    sent(id);
  } catch (e) {
    unsent(id, uid);
    throw e;
  }
  if (goesOn(grid, at)) changeCell(uid, grid.id, at, { job: id, state: 'waiting', ...(seed === undefined ? {} : { seed }) });
  else await cancelJob(id); // it was stopped meanwhile
}

async function sendAll(grid: Grid, text: string) {
  let failed = 0;
  const base = await baseOf(text);
  for (let at = 0; at < grid.cells.length && failed < MOST_FAILED && goesOn(grid, at); at++)
    try {
      await sendCell(base, grid, at);
      failed = 0;
    } catch (e) {
      failed++;
      changeCell(grid.uid, grid.id, at, { state: 'failed', why: sentence(e) });
    }
}

/** Every cell of two axes, row by row. The grid stands at once; what is not sent in the end says why. */
export function queueGrid({ doc, name }: Opened, x: Axis, y: Axis | undefined) {
  const grid: Grid = { id: newId(), uid: doc.uid, name, at: Date.now(), x, ...(y ? { y } : {}), cells: [] };
  const cells = Array.from({ length: columnsOf(grid) * rowsOf(grid) }, () => ({ job: '', state: 'planned' as const, files: [] }));
  const whole = { ...grid, cells };
  hasRun(doc);
  putGrid(whole);
  void sendAll(whole, doc.toText())
    .catch((e: unknown) => changeCell(grid.uid, grid.id, 0, { state: 'failed', why: sentence(e) }))
    .finally(() => {
      changeCells(grid.uid, grid.id, (c) => (c.state === 'planned' ? { ...c, state: 'stopped' } : c));
      askForWork(0);
    });
}

/** What is not over does not run. */
export async function stopGrid(grid: Grid) {
  const now = standing(grid);
  if (now?.id !== grid.id) return;
  const waiting = now.cells.filter((c) => c.state === 'waiting').map((c) => c.job);
  const running = now.cells.filter((c) => c.state === 'running').map((c) => c.job);
  changeCells(grid.uid, grid.id, (c) => (c.state === 'planned' ? { ...c, state: 'stopped' } : c));
  await attempt((async () => {
    if (waiting.length) await postJson('queue', { delete: waiting });
    for (const job of running) await cancelJob(job);
  })());
}
