// bench.ts LIMN ROOT CHROMIUM [FRONT_END [ROUNDS [NODES]]]: what the canvas costs, and what ComfyUI's costs in the same minutes: FRONT_END is the
// "static" folder of comfyui-frontend-package. Both are served by limn, get the same file and the same moves of the pointer, in
// a browser of their own, one after the other, round by round. Prints the middle of the rounds as a table.
import { launch } from './browser.ts';
import { meter, wire, type Cost } from './cost.ts';
import { manyNodes, type Spot } from './hands.ts';
import { comfy, limn, type Canvas } from './canvases.ts';
import { serve, type Served } from './served.ts';

const [program = '', root = '', executable = '', frontEnd = '', rounds = '3', nodes = '1000'] = process.argv.slice(2);
const MOVES = 60;
const STEPS = 40;
const text = manyNodes(Number(nodes));
type Figures = Record<string, number>;

/** A hand that goes round twice, with as many moves as a mouse makes in a second, and ends a little beside where it began. */
async function sway(canvas: Canvas, at: Spot) {
  for (let i = 1; i <= MOVES; i++) {
    const turn = (i / MOVES) * 4 * Math.PI;
    await canvas.page.mouse.move(at.x + Math.sin(turn) * 120 + (i / MOVES) * 24, at.y + Math.cos(turn) * 80 - 80);
  }
}

/** Figures of a gesture, by the move. */
function say(to: Figures, name: string, cost: Cost, moves: number) {
  to[`${name}: main thread, ms a move`] = cost.main / moves;
  to[`${name}: all of Chromium, ms a move`] = cost.all / moves;
  to[`${name}: between pictures, middle, ms`] = cost.middle;
  to[`${name}: between pictures, 95 %, ms`] = cost.late;
}

async function held(canvas: Canvas, at: Spot, button: 'left' | 'middle', to: Figures, name: string, measure: Awaited<ReturnType<typeof meter>>) {
  const { mouse } = canvas.page;
  await mouse.move(at.x, at.y);
  await mouse.down({ button });
  await mouse.move(at.x + 8, at.y);
  say(to, name, await measure.of(() => sway(canvas, at)), MOVES);
  await mouse.up({ button });
  await canvas.calm();
}

async function wheel(canvas: Canvas, at: Spot, to: Figures, name: string, measure: Awaited<ReturnType<typeof meter>>, first: 1 | -1) {
  await canvas.page.mouse.move(at.x, at.y);
  const before = await canvas.zoom();
  const cost = await measure.of(async () => {
    for (let i = 0; i < STEPS; i++) await canvas.page.mouse.wheel(0, 60 * (i < STEPS / 2 ? first : -first));
  });
  say(to, name, cost, STEPS);
  await canvas.calm();
  const times = (await canvas.zoom()) / before; // a canvas may fit what its wheel cannot go back to
  if (!(times > 0.4 && times < 2.5)) throw new Error(`${canvas.name}: the zoom is ${times} times what it was`);
}

/** One visit from nothing to everything dragged. */
async function visit(make: typeof limn, served: Served): Promise<Figures> {
  const browser = await launch(executable);
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', colorScheme: 'dark' });
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    const [told, measure, canvas] = [await wire(page), await meter(browser, page), make(page)];
    const to: Figures = {};

    const load = await measure.of(async () => {
      await page.goto(served.url, { waitUntil: 'commit' });
      to['first visit: ms until it can be used'] = await canvas.usable();
    });
    await page.waitForLoadState('networkidle');
    to['first visit: main thread, ms'] = load.main;
    to['first visit: requests'] = told.requests;
    to['first visit: kB over the wire'] = told.bytes / 1000;
    const open = await measure.of(async () => void (to['a file: ms until it is drawn'] = await canvas.open(text, Number(nodes))));
    to['a file: main thread, ms'] = open.main;
    await canvas.calm();

    await canvas.fit();
    const middle = await canvas.middle();
    await held(canvas, middle, 'middle', to, 'moving, all in view', measure);
    await wheel(canvas, middle, to, 'zooming in and out again, from all in view', measure, -1);
    await canvas.life();
    await held(canvas, middle, 'middle', to, 'moving, at 100 %', measure);
    await wheel(canvas, middle, to, 'zooming out and in again, from 100 %', measure, 1);
    await canvas.life();
    await held(canvas, await canvas.grip(), 'left', to, 'dragging a node, at 100 %', measure);
    const where = await canvas.places();
    await canvas.chooseAll();
    await held(canvas, await canvas.grip(), 'left', to, 'dragging all, at 100 %', measure);
    if ((await canvas.places()) === where) throw new Error(`${canvas.name}: nothing was dragged`);
    to['scripts’ memory, MB'] = await measure.heap();
    return to;
  } finally {
    await browser.close();
  }
}

const median = (all: readonly number[]) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN;
const shown = (n: number) => (n >= 20 ? n.toFixed(0) : n.toFixed(1));

const sides: [typeof limn, Served][] = [[limn, await serve(program, root)]];
if (frontEnd) {
  process.env['FRONT_END'] = frontEnd;
  sides.push([comfy, await serve(program, root)]);
}
const all: Figures[][] = sides.map(() => []);
try {
  for (let round = 0; round < Number(rounds); round++)
    for (const [k, [make, served]] of sides.entries()) {
      await served.post('settings', { 'Comfy.TutorialCompleted': true }); // somebody who has been here before
      all[k]?.push(await visit(make, served));
      console.error(`round ${round + 1}, ${make === limn ? 'limn' : 'ComfyUI'}: ${JSON.stringify(all[k]?.at(-1))}`);
    }
} finally {
  for (const [, served] of sides) await served.done();
}
const [ours = [], theirs = []] = all;
console.log(`| ${nodes} nodes | limn | ${frontEnd ? 'ComfyUI | ratio |' : ''}\n|---|---|${frontEnd ? '---|---|' : ''}`);
for (const name of Object.keys(ours[0] ?? {})) {
  const [a, b] = [median(ours.map((f) => f[name] ?? NaN)), median(theirs.map((f) => f[name] ?? NaN))];
  console.log(`| ${name} | ${shown(a)} | ${frontEnd ? `${shown(b)} | ${(a / b).toFixed(2)} |` : ''}`);
}
