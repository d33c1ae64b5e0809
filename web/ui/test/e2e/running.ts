// Stories of running: a picture comes out, what is wrong is said where it is, and the queue outlives what happens to the page.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until, visit, type Visit } from './browser.ts';
import { longJob, type Served } from './served.ts';
import { faults, type Story } from './shell.ts';

const waiting = (page: Page) => page.locator('.job[data-state="waiting"]');
const running = (page: Page) => page.locator('.job[data-state="running"]');
const past = (page: Page, state = 'completed') => page.locator(`.job[data-state="${state}"]`);
const press = (page: Page, keys: string) => page.keyboard.press(keys);
const title = (page: Page, pattern: string) => page.waitForFunction((p) => new RegExp(p).test(document.title), pattern);

/** The page with its first workflow, whose classes it knows. */
async function open(browser: Parameters<Story>[0], served: Served, options: Parameters<typeof visit>[2] = {}): Promise<Visit> {
  const v = await visit(browser, served.url, options);
  await v.page.locator('.body', { hasText: 'KSampler' }).first().waitFor();
  return v;
}

/** Opens a workflow as a file that is dropped; `spelled` has the last word about its text. */
async function use(page: Page, change: (workflow: Workflow) => void, name = 'story', spelled = (text: string) => text) {
  const workflow = first();
  change(workflow);
  const data = await page.evaluateHandle(([text, name]) => {
    const data = new DataTransfer();
    data.items.add(new File([text ?? ''], `${name}.json`, { lastModified: 2 }));
    return data;
  }, [spelled(JSON.stringify(workflow)), name]);
  await page.dispatchEvent('.stage', 'drop', { dataTransfer: data });
  await page.getByRole('tab', { name, selected: true }).waitFor();
}

interface Node {
  id: number;
  type: string;
  widgets_values?: unknown[];
  [member: string]: unknown;
}
interface Workflow {
  nodes: Node[];
  links: unknown[];
}

const node = (w: Workflow, type: string): Node => {
  const found = w.nodes.find((n) => n.type === type);
  assert.ok(found, type);
  return found;
};
const set = (w: Workflow, type: string, at: number, value: unknown) => {
  const values = node(w, type).widgets_values;
  assert.ok(values);
  values[at] = value;
};

/** Text to picture with the bundled checkpoint: seed, what becomes of it, steps … */
function first(): Workflow {
  const slot = (name: string, link: number | null) => ({ name, type: '*', link });
  const out = (type: string, ...links: number[]) => ({ name: type, type, links });
  const at = (x: number, y: number) => ({ pos: [x, y], size: [220, 120], flags: {}, order: 0, mode: 0 });
  return {
    nodes: [
      { id: 1, type: 'CheckpointLoaderSimple', ...at(0, 0), outputs: [out('MODEL', 1), out('CLIP', 2, 3), out('VAE', 8)], widgets_values: ['limn-shapes.safetensors'] },
      { id: 2, type: 'CLIPTextEncode', ...at(260, 0), inputs: [slot('clip', 2)], outputs: [out('CONDITIONING', 4)], widgets_values: ['a red circle'] },
      { id: 3, type: 'CLIPTextEncode', ...at(260, 180), inputs: [slot('clip', 3)], outputs: [out('CONDITIONING', 5)], widgets_values: [''] },
      { id: 4, type: 'EmptyLatentImage', ...at(0, 180), outputs: [out('LATENT', 6)], widgets_values: [64, 64, 1] },
      { id: 5, type: 'KSampler', ...at(520, 0), inputs: [slot('model', 1), slot('positive', 4), slot('negative', 5), slot('latent_image', 6)], outputs: [out('LATENT', 7)], widgets_values: [1, 'increment', 4, 1, 'euler', 'normal', 1] },
      { id: 6, type: 'VAEDecode', ...at(780, 0), inputs: [slot('samples', 7), slot('vae', 8)], outputs: [out('IMAGE', 9)] },
      { id: 7, type: 'SaveImage', ...at(0, 360), inputs: [slot('images', 9)], widgets_values: ['story'] },
    ],
    links: [[1, 1, 0, 5, 0, 'MODEL'], [2, 1, 1, 2, 0, 'CLIP'], [3, 1, 1, 3, 0, 'CLIP'], [4, 2, 0, 5, 1, 'CONDITIONING'], [5, 3, 0, 5, 2, 'CONDITIONING'],
            [6, 4, 0, 5, 3, 'LATENT'], [7, 5, 0, 6, 0, 'LATENT'], [8, 1, 2, 6, 1, 'VAE'], [9, 6, 0, 7, 0, 'IMAGE']],
    ...{ last_node_id: 7, last_link_id: 9, groups: [], config: {}, extra: {}, version: 0.4 },
  };
}

/** The sampler is within a subgraph, as its node 5; the instance is node 20. */
function within(w: Workflow & { definitions?: unknown }) {
  const type = '11111111-aaaa-4bbb-8ccc-000000000001';
  const sampler = node(w, 'KSampler');
  const names = ['model', 'positive', 'negative', 'latent_image'];
  const types = ['MODEL', 'CONDITIONING', 'CONDITIONING', 'LATENT'];
  const inner = { ...sampler, inputs: names.map((name, i) => ({ name, type: types[i], link: 101 + i })), outputs: [{ name: 'LATENT', type: 'LATENT', links: [105] }] };
  const link = (id: number, from: number, fromSlot: number, to: number, toSlot: number, type?: string) =>
    ({ id, origin_id: from, origin_slot: fromSlot, target_id: to, target_slot: toSlot, type });
  w.nodes = w.nodes.map((n) => (n === sampler ? { ...sampler, id: 20, type, widgets_values: [] } : n));
  w.links = w.links.map((l) => (l as unknown[]).map((v, i) => ((i === 1 || i === 3) && v === 5 ? 20 : v)));
  w.definitions = {
    subgraphs: [{
      id: type, version: 1, name: 'Sampling', revision: 0, config: {}, groups: [], widgets: [], extra: {},
      state: { lastGroupId: 0, lastNodeId: 20, lastLinkId: 105, lastRerouteId: 0 },
      inputNode: { id: -10, bounding: [-200, 0, 120, 120] }, outputNode: { id: -20, bounding: [400, 0, 120, 60] },
      inputs: names.map((name, i) => ({ id: `in-${i}`, name, type: types[i], linkIds: [101 + i] })),
      outputs: [{ id: 'out-0', name: 'LATENT', type: 'LATENT', linkIds: [105] }],
      nodes: [inner],
      links: [...names.map((_, i) => link(101 + i, -10, i, 5, i, types[i])), link(105, 5, 0, -20, 0, 'LATENT')],
    }],
  };
}

/** Runs long enough to be looked at. */
const long = (w: Workflow) => set(w, 'KSampler', 2, 9000);

const seedsOf = async (served: Served): Promise<string[]> => {
  const queue = await (await fetch(new URL('queue', served.url))).text();
  return [...queue.matchAll(/"seed": ?(\d+)/g)].map((m) => m[1] ?? '');
};

export const runs: Record<string, Story> = {
  'a workflow runs: steps and a picture that forms, then the picture': async (browser, served) => {
    const v = await open(browser, served);

    await use(v.page, long, 'slow');
    await press(v.page, 'Control+Enter');
    await title(v.page, '^▶ \\d+ % slow');
    await running(v.page).getByText(/KSampler \d+\/9000/).waitFor();
    await v.page.locator('.node-pictures[data-of="preview"] img').waitFor();
    await until(() => v.page.locator('link[rel="icon"]').getAttribute('href'), /favicon-run/);
    await press(v.page, 'Control+Alt+Enter');
    await past(v.page, 'cancelled').waitFor();
    await use(v.page, () => {});
    await press(v.page, 'Control+Enter');
    await past(v.page).getByText('story').waitFor();
    await v.page.locator('.node-pictures[data-of="files"] img').waitFor();
    await title(v.page, '^story – limn$');
    await v.page.getByRole('button', { name: /Look at .*png/ }).click();
    await v.page.getByRole('dialog').getByText('64 × 64').waitFor();
    await press(v.page, 'Escape');
    await v.page.getByRole('dialog').waitFor({ state: 'detached' });
    await past(v.page).first().getByRole('button', { name: /Run again/ }).click();
    await past(v.page).nth(1).waitFor();
    await past(v.page).first().getByRole('button', { name: /Remove from the history/ }).focus();
    await press(v.page, 'Enter');
    await past(v.page).nth(1).waitFor({ state: 'detached' });
    await past(v.page).first().locator('button:focus').waitFor(); // the row that took its place
    await past(v.page).first().getByRole('button', { name: /Open workflow/ }).click();
    await v.page.getByRole('tab', { name: /^story #\d+/, selected: true }).waitFor();
    v.clean();
    await v.close();
  },

  'what runs within a subgraph is seen on its instance, and inside': async (browser, served) => {
    const v = await open(browser, served);

    await use(v.page, (w) => (long(w), within(w)), 'inside');
    await press(v.page, 'Control+Enter');
    await running(v.page).getByText(/KSampler \d+\/9000/).waitFor();
    const instance = v.page.locator('.body[data-state="running"]', { hasText: 'Sampling' });
    await instance.locator('.node-pictures[data-of="preview"] img').waitFor();
    await instance.locator('h2').click();
    await press(v.page, 'Enter');
    await v.page.locator('.body[data-state="running"]', { hasText: 'KSampler' }).locator('.node-pictures[data-of="preview"] img').waitFor();
    await served.post('interrupt', {});
    await past(v.page, 'cancelled').waitFor();
    v.clean();
    await v.close();
  },

  'what others send is seen, and colours nothing here': async (browser, served) => {
    const v = await open(browser, served);

    assert.equal((await served.post('prompt', longJob(5))).status, 200);
    await running(v.page).getByText('From elsewhere').waitFor();
    await running(v.page).getByText(/KSampler \d+\/10000/).waitFor();
    assert.equal(await v.page.locator('.body[data-state="running"]').count(), 0);
    await running(v.page).getByRole('button', { name: /Stop/ }).click();
    await past(v.page, 'cancelled').getByText('From elsewhere').waitFor();
    v.clean();
    await v.close();
  },

  'a run of one’s own ends with a sound, where that was asked for; the runs of others do not': async (browser, served) => {
    const v = await open(browser, served);
    const { page } = v;
    await page.evaluate(() => {
      const made = window.AudioContext;
      Object.assign(window, { sounds: 0, AudioContext: function () { (window as unknown as { sounds: number }).sounds++; return new made(); } });
    });
    const sounds = (n: number) => page.waitForFunction((n) => (window as unknown as { sounds: number }).sounds === n, n);
    const run = async (ended: number) => {
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await past(page).nth(ended - 1).waitFor();
    };

    await run(1);
    await page.getByRole('application').focus();
    await press(page, 'Control+,');
    const choice = page.getByRole('group', { name: /^A sound when a run has ended/ });
    await choice.getByRole('radio', { name: 'On' }).check();
    await sounds(1); // it is heard when it is chosen; the run before was silent
    await press(page, 'Escape');
    await run(2);
    await sounds(2);
    const { prompt } = longJob(1);
    prompt[5].inputs.steps = 2;
    await served.post('prompt', { prompt });
    await past(page).nth(2).waitFor();
    await run(4);
    await sounds(3);
    v.clean();
    await v.close();
  },

  'seeds beyond 2^53 keep their digits, and go on by one': async (browser, served) => {
    const v = await open(browser, served);
    const seed = 18446744073709551000n;

    await served.post('limn/queue', { op: 'pause' });
    await use(v.page, (w) => set(w, 'KSampler', 0, 'SEED'), 'large', (text) => text.replace('"SEED"', String(seed)));
    for (let i = 0; i < 3; i++) await press(v.page, 'Control+Enter');
    await waiting(v.page).nth(2).waitFor();
    assert.deepEqual([...new Set(await seedsOf(served))], [0n, 1n, 2n].map((n) => String(seed + n)));
    v.clean();
    await v.close();
  },

  'what is wrong is said where it is, and nothing is queued': async (browser, served) => {
    const v = await open(browser, served);

    await use(v.page, (w) => {
      set(w, 'KSampler', 2, 0);
      set(w, 'KSampler', 4, 'nobody');
    });
    await press(v.page, 'Control+Enter');
    await v.page.locator('.toast').getByText('Not run: 2 problems').waitFor();
    await v.page.getByRole('button', { name: 'Problems' }).first().click();
    const problems = v.page.getByRole('region', { name: 'Problems' });
    await problems.getByText(/too small: 0, the least is 1/).waitFor();
    await problems.getByRole('button', { name: /KSampler #5.*nobody/ }).click();
    assert.equal(await waiting(v.page).count() + await running(v.page).count() + await past(v.page).count(), 0);
    v.clean();
    await v.close();
  },

  'a loader that nothing needs does not stop the run, whatever it asks for': async (browser, served) => {
    const v = await open(browser, served);

    await use(v.page, (w) => {
      const spare = { ...node(w, 'CheckpointLoaderSimple'), id: 30, pos: [0, 600], outputs: [], widgets_values: ['gone.safetensors'] };
      w.nodes.push(spare);
    }, 'spare');
    await v.page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click(); // it is said once that a model is not here
    await v.page.locator('.body[data-fault="warning"]').waitFor();
    await press(v.page, 'Control+Enter');
    await past(v.page).getByText('spare').waitFor();
    v.clean();
    await v.close();
  },

  'until stopped: a page that is loaded again goes on with it, and Stop ends it': async (browser, served) => {
    const v = await open(browser, served);

    await use(v.page, () => {}, 'series');
    await v.page.getByRole('menuitem', { name: 'Run', exact: true }).click();
    await v.page.getByRole('menuitemcheckbox', { name: 'Run until stopped' }).click();
    await past(v.page).nth(1).waitFor();
    await v.page.reload();
    await past(v.page).nth(1).waitFor(); // what had ended before
    const n = await past(v.page).count();
    await past(v.page).nth(n + 2).waitFor();
    await v.page.getByRole('menuitem', { name: 'Run', exact: true }).click();
    await v.page.getByRole('menuitemcheckbox', { name: 'Run until stopped', checked: true }).click();
    await v.page.locator('.status').getByText('Nothing is running').waitFor();
    v.clean();
    await v.close();
  },

  'where no socket comes through, workflows run all the same, and what came out is found by asking': async (browser, served) => {
    const v = await open(browser, served);

    await v.page.addInitScript(() => {
      const Real = WebSocket;
      Object.assign(window, { WebSocket: class extends Real {
        constructor(url: string | URL) {
          super(String(url).replace(/\/ws\?.*/, '/no-such-place'));
        }
      } });
    });
    await v.page.reload();
    await v.page.locator('.link[data-state="slow"]').waitFor();
    await v.page.locator('.banner').getByText('blocks live messages').waitFor();
    await v.page.locator('.banner').getByRole('button', { name: 'Dismiss' }).click();
    await v.page.locator('.banner').waitFor({ state: 'detached' });
    await use(v.page, (w) => set(w, 'KSampler', 2, 0), 'blocked');
    await v.page.locator('.body[data-fault="error"]').waitFor(); // it is checked
    await use(v.page, long, 'slow');
    await press(v.page, 'Control+Enter');
    await running(v.page).getByText('slow').waitFor();
    await title(v.page, '^▶ \\d+ % slow');
    await press(v.page, 'Control+Alt+Enter');
    await past(v.page, 'cancelled').waitFor();
    await use(v.page, () => {}, 'quick');
    await press(v.page, 'Control+Enter');
    await past(v.page).getByText('quick').waitFor();
    await v.page.locator('.node-pictures[data-of="files"] img').waitFor();
    await title(v.page, '^quick – limn$');
    assert.deepEqual(v.violations, []);
    await v.close();
  },

  'a node that fails says why, and the queue goes on': async (browser, served) => {
    const v = await open(browser, served);

    await use(v.page, (w) => (set(w, 'EmptyLatentImage', 0, 16384), set(w, 'EmptyLatentImage', 1, 16384), set(w, 'EmptyLatentImage', 2, 4096)), 'failing');
    await press(v.page, 'Control+Enter');
    await past(v.page, 'failed').getByText('failing').waitFor();
    await v.page.locator('.body[data-state="error"]').waitFor();
    await v.page.getByRole('button', { name: 'Problems' }).first().click();
    await v.page.getByRole('region', { name: 'Problems' }).getByRole('button', { name: /Empty Latent Image #4/ }).waitFor();
    await use(v.page, () => {}, 'good');
    await press(v.page, 'Control+Enter');
    await past(v.page).getByText('good').waitFor();
    v.clean();
    await v.close();
  },

  'what runs is stopped, what waits is cleared': async (browser, served) => {
    const v = await open(browser, served);

    await use(v.page, long);
    for (let i = 0; i < 3; i++) await press(v.page, 'Control+Enter');
    await waiting(v.page).nth(1).waitFor();
    await v.page.getByRole('button', { name: 'Clear rest 2' }).click();
    await waiting(v.page).first().waitFor({ state: 'detached' });
    await press(v.page, 'Control+Alt+Enter');
    await past(v.page, 'cancelled').waitFor();
    await v.page.locator('.body[data-state="interrupted"]').waitFor();
    v.clean();
    await v.close();
  },

  'what is still to be sent can be cleared while nothing waits, and so can what runs until stopped': async (browser, served) => {
    const v = await open(browser, served);
    let sent = 0;
    let go = () => {};
    const held = new Promise<void>((next) => (go = next));
    await v.page.route('**/prompt', async (route) => (sent++, await held, await route.continue()));

    await use(v.page, () => {}, 'series');
    await v.page.getByRole('menuitem', { name: 'Run', exact: true }).click();
    await v.page.getByRole('menuitem', { name: 'Run ×10' }).click();
    await v.page.getByRole('button', { name: 'Clear rest 9' }).click();
    await v.page.getByRole('button', { name: 'Clear rest', exact: true, disabled: true }).waitFor();
    go();
    await past(v.page).getByText('series').waitFor();
    assert.equal(sent, 1, 'of ten');

    await use(v.page, () => {}, 'endless');
    await v.page.getByRole('menuitem', { name: 'Run', exact: true }).click();
    await v.page.getByRole('menuitemcheckbox', { name: 'Run until stopped' }).click();
    await past(v.page).getByText('endless').first().waitFor();
    await v.page.getByRole('button', { name: /^Clear rest/ }).click();
    await v.page.getByRole('button', { name: 'Clear rest', exact: true, disabled: true }).waitFor();
    await v.page.locator('.status').getByText('Nothing is running').waitFor();
    v.clean();
    await v.close();
  },

  'ten seeds wait, are put in order, one goes, the page is loaded again: nothing is lost': async (browser, served) => {
    const v = await open(browser, served);
    const seeds = async () => (await waiting(v.page).locator('small').allTextContents()).map((t) => t.replace('seed ', '')).join(' ');
    const settle = (wanted: string) => until(seeds, wanted);

    await use(v.page, long);
    for (let i = 0; i < 11; i++) await press(v.page, 'Control+Enter');
    await settle('2 3 4 5 6 7 8 9 10 11');
    await running(v.page).waitFor();
    await waiting(v.page).nth(9).focus();
    await press(v.page, 'Alt+ArrowUp');
    await settle('2 3 4 5 6 7 8 9 11 10');
    await waiting(v.page).nth(5).getByRole('button', { name: /Run next/ }).click();
    await settle('7 2 3 4 5 6 8 9 11 10');
    await waiting(v.page).nth(3).getByRole('button', { name: /Remove/ }).click();
    await settle('7 2 3 5 6 8 9 11 10');
    await waiting(v.page).nth(0).dragTo(waiting(v.page).nth(4), { targetPosition: { x: 60, y: 2 } });
    await settle('2 3 5 7 6 8 9 11 10');
    await v.page.reload();
    await settle('2 3 5 7 6 8 9 11 10');
    await waiting(v.page).nth(3).getByText(/^story #\d+/).waitFor(); // its number stays where it is moved
    await running(v.page).getByText(/KSampler \d+\/9000/).waitFor();
    await v.page.locator('.body[data-state="running"] .node-pictures[data-of="preview"] img').waitFor();
    await title(v.page, '^▶ \\d+ % story');
    await v.page.getByRole('button', { name: 'Pause the queue' }).click();
    await v.page.getByText('Paused: what runs goes on').waitFor();
    await press(v.page, 'Control+Alt+Enter');
    await past(v.page, 'cancelled').waitFor();
    await running(v.page).waitFor({ state: 'detached' });
    await v.page.getByRole('button', { name: 'Resume the queue' }).click();
    await running(v.page).waitFor();
    await settle('3 5 7 6 8 9 11 10');
    v.clean();
    await v.close();
  },

  'a page that is loaded again while a job waits shows what the one before gave, and the seed it had': async (browser, served) => {
    const v = await open(browser, served);

    await use(v.page, () => {}, 'twice');
    await press(v.page, 'Control+Enter');
    await past(v.page).getByText('twice').waitFor();
    await served.post('limn/queue', { op: 'pause' });
    await press(v.page, 'Control+Enter');
    await waiting(v.page).waitFor();
    await v.page.reload();
    await waiting(v.page).waitFor();
    await v.page.locator('.body', { hasText: 'Save Image' }).locator('.node-pictures img').waitFor();
    await v.page.locator('.body', { hasText: 'KSampler' }).getByRole('button', { name: /^last 2/ }).waitFor();
    v.clean();
    await v.close();
  },

  'a server that dies is missed, and what it did is there when it is back': async (browser, served) => {
    const v = await open(browser, served);

    await use(v.page, long);
    for (let i = 0; i < 3; i++) await press(v.page, 'Control+Enter');
    await waiting(v.page).nth(1).waitFor();
    await running(v.page).getByText(/KSampler \d+\/9000/).waitFor();
    await served.stop('SIGKILL');
    await v.page.getByRole('alert').waitFor();
    await until(() => v.page.getByRole('button', { name: 'Run', exact: true }).isDisabled(), true);
    await v.page.getByText(/^As it was at/).waitFor();
    await v.page.getByText('a red circle', { exact: true }).first().click();
    await v.page.locator('.stage textarea').first().fill('written meanwhile');
    await v.page.locator('.stage textarea').first().press('Escape');
    await served.again();
    await v.page.getByRole('alert').waitFor({ state: 'detached' });
    await running(v.page).getByText(/KSampler \d+\/9000/).waitFor();
    await waiting(v.page).nth(1).waitFor();
    await v.page.locator('.body[data-state="running"]').waitFor();
    await v.page.getByText('written meanwhile').first().waitFor();
    await v.page.getByRole('tab', { name: 'story, not saved' }).waitFor();
    await served.post('queue', { clear: true });
    await served.post('interrupt', {});
    await v.close();
  },

  'nothing of the queue stands in the way of assistive technology': async (browser, served) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const v = await open(browser, served, { colorScheme });
      await use(v.page, long);
      for (let i = 0; i < 3; i++) await press(v.page, 'Control+Enter');
      await waiting(v.page).nth(1).waitFor();
      await v.page.getByRole('button', { name: 'More ways to run' }).click();
      assert.deepEqual(await faults(v.page), []);
      await v.close();
    }
    await served.post('queue', { clear: true });
    await served.post('interrupt', {});
  },
};
