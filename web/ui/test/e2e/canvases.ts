// Two canvases for the same hand: limn's, and that of ComfyUI's front end, which is asked for what its own buttons do.
import type { Page } from 'playwright-core';
import type { Spot } from './hands.ts';

export interface Canvas {
  name: string;
  page: Page;
  /** Waits until somebody could begin; ms since the address was asked for. */
  usable(): Promise<number>;
  /** Gives it a file of so many nodes; ms until these are on the screen. */
  open(text: string, nodes: number): Promise<number>;
  /** Waits until nothing moves any more. */
  calm(): Promise<void>;
  zoom(): Promise<number>;
  /** All in view. */
  fit(): Promise<void>;
  /** The middle of the graph, as large as life. */
  life(): Promise<void>;
  middle(): Promise<Spot>;
  /** Where a node near the middle is taken. */
  grip(): Promise<Spot>;
  chooseAll(): Promise<void>;
  /** Of some nodes, as text. */
  places(): Promise<string>;
}

const middleOf = async (page: Page, selector: string): Promise<Spot> => {
  const box = await page.locator(selector).first().boundingBox();
  if (!box) throw new Error(`not on the page: ${selector}`);
  return { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) };
};

/** Until what an expression says has been the same for some pictures. */
const still = (page: Page, what: string): Promise<void> =>
  page.evaluate(`(async () => {
    const look = () => JSON.stringify(${what});
    for (let same = 0, last = look(); same < 20; ) {
      await new Promise(requestAnimationFrame);
      const now = look();
      same = now === last ? same + 1 : 0;
      last = now;
    }
  })()`);

/** Until an expression is true; ms since the page was asked for. */
const until = (page: Page, what: string) =>
  page.evaluate(`(async () => {
    while (!(${what})) await new Promise(requestAnimationFrame);
    return performance.now();
  })()`) as Promise<number>;

export function limn(page: Page): Canvas {
  const graph = '[role="application"]';
  const calm = () => still(page, "[document.querySelector('.zoom .value')?.textContent, document.querySelectorAll('.body').length]");
  const life = async () => {
    await page.keyboard.press('Alt+0');
    await page.locator('.zoom .value', { hasText: '100 %' }).waitFor();
    await calm();
  };
  const titles = async (): Promise<Spot[]> => {
    const boxes = await page.locator('.body .title').evaluateAll((all) => all.map((t) => t.getBoundingClientRect().toJSON() as DOMRect));
    return boxes.map((b) => ({ x: Math.round(b.x + b.width / 2), y: Math.round(b.y + b.height / 2) }));
  };
  return {
    name: 'limn', page, calm, life,
    usable: () => until(page, "document.querySelector('.link[data-state=\"open\"]') && document.querySelector('.body')"),
    open: (text, nodes) => page.evaluate(async ([text, nodes]) => {
      const data = new DataTransfer();
      data.items.add(new File([text], 'many.json'));
      const began = performance.now();
      document.querySelector('.stage')?.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
      const is = () => document.querySelector('[role="application"]')?.getAttribute('aria-label')?.includes(`, ${nodes} nodes`);
      while (!is()) await new Promise(requestAnimationFrame);
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      return performance.now() - began;
    }, [text, nodes] as const),
    zoom: async () => Number.parseFloat((await page.locator('.zoom .value').textContent()) ?? ''),
    fit: async () => {
      await page.locator(graph).focus();
      await page.keyboard.press('Shift+.');
      await calm();
    },
    middle: () => middleOf(page, graph),
    grip: async () => {
      const middle = await middleOf(page, graph);
      const far = (s: Spot) => Math.hypot(s.x - middle.x, s.y - middle.y);
      return (await titles()).sort((a, b) => far(a) - far(b))[0] ?? middle;
    },
    chooseAll: async () => {
      await page.locator(graph).focus();
      await page.keyboard.press('Control+a');
      await calm();
    },
    places: async () => JSON.stringify(await titles()),
  };
}

export function comfy(page: Page): Canvas {
  const camera = '[app.canvas.ds.scale, app.canvas.ds.offset[0], app.canvas.ds.offset[1]]';
  const calm = () => still(page, camera);
  const canvas = '#graph-canvas';
  /** In the page, where `app` is ComfyUI's. */
  const ask = <T,>(what: string) => page.evaluate(`(async () => { const { app } = window; ${what} })()`) as Promise<T>;
  return {
    name: 'ComfyUI', page, calm,
    usable: () => until(page, 'window.app?.canvas?.graph?._nodes.length > 3'),
    open: async (text, nodes) => {
      await page.evaluate((text) => void ((window as unknown as { limnText: string }).limnText = text), text);
      return ask(`const began = performance.now();
        await app.handleFile(new File([window.limnText], 'many.json', { type: 'application/json' }));
        while (app.graph._nodes.length !== ${nodes}) await new Promise(requestAnimationFrame);
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        return performance.now() - began;`);
    },
    zoom: () => ask('return app.canvas.ds.scale'),
    fit: async () => {
      await ask("await app.extensionManager.command.execute('Comfy.Canvas.FitView')");
      await calm();
    },
    life: async () => {
      await ask(`const { ds, canvas } = app.canvas; const all = app.graph._nodes; const node = all[Math.floor(all.length / 2)];
        const at = canvas.getBoundingClientRect(); ds.scale = 1;
        ds.offset[0] = at.width / 2 - node.pos[0]; ds.offset[1] = at.height / 2 - node.pos[1]; app.canvas.setDirty(true, true);`);
      await calm();
    },
    middle: () => middleOf(page, canvas),
    grip: () => ask(`const { ds, canvas } = app.canvas; const at = canvas.getBoundingClientRect();
      const places = app.graph._nodes.map((n) => ({
        x: Math.round(at.x + (n.pos[0] + n.size[0] / 2 + ds.offset[0]) * ds.scale), y: Math.round(at.y + (n.pos[1] - 15 + ds.offset[1]) * ds.scale) }));
      const far = (s) => Math.hypot(s.x - at.x - at.width / 2, s.y - at.y - at.height / 2);
      return places.sort((a, b) => far(a) - far(b))[0];`),
    chooseAll: async () => {
      await ask('app.canvas.selectItems(); app.canvas.setDirty(true, true);');
      await calm();
    },
    places: () => ask('return JSON.stringify(app.graph._nodes.map((n) => [...n.pos]))'),
  };
}
