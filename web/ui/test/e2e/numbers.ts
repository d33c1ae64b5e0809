// Stories of fields that are several numbers, of a class that this server has not: the page is told of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { nodes } from './app.ts';
import { until, visit } from './browser.ts';
import { body, counts, dropFile } from './hands.ts';
import { faults, type Story } from './shell.ts';

const SHAPES = {
  input: { required: { area: ['BOUNDING_BOX', { default: { x: 8, y: 16, width: 256, height: 128 } }], tone: ['CURVE', {}], levels: ['RANGE', { min: 0, max: 1 }] } },
  input_order: { required: ['area', 'tone', 'levels'] }, output: [], output_name: [], output_is_list: [], name: 'Shapes', display_name: 'Shapes', description: '', category: 'test',
  output_node: true, python_module: 'test',
};
const FILE = {
  nodes: [{ id: 1, type: 'Shapes', pos: [100, 100], size: [320, 320], flags: {}, mode: 0, inputs: [], outputs: [], properties: {},
            widgets_values: [{ x: 8, y: 16, width: 256, height: 128, label: 'kept' }, [[0, 0], [0.5, 0.7], [1, 1]], { min: 0.1, max: 0.9 }] }],
  links: [], version: 0.4,
};

async function values(page: Page): Promise<unknown[]> {
  await page.getByRole('menuitem', { name: 'File', exact: true }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Export as JSON' }).click()]);
  return (JSON.parse(readFileSync(await file.path(), 'utf8')) as typeof FILE).nodes[0]!.widgets_values;
}

export const numbers: Record<string, Story> = {
  'boxes, ranges and curves are changed as numbers, and curves as drawings, each deed a step': async (browser, served) => {
    const patch = (page: Page, name: string, more: object) => page.route(`**/${name}`, async (r) => {
      const answer = await r.fetch();
      await r.fulfill({ response: answer, body: JSON.stringify({ ...((await answer.json()) as object), ...more }) });
    });
    const v = await visit(browser, served.url, {}, async (page) => {
      await patch(page, 'object_info', { Shapes: SHAPES });
      await patch(page, 'limn/plans', { Shapes: [['area', 'value'], ['tone', 'value'], ['levels', 'value']] });
    });
    const { page } = v;
    await nodes(page, 7);
    await dropFile(page, 'shapes', JSON.stringify(FILE));
    await counts(page, 1, 0);
    await page.getByRole('dialog').getByText('“shapes” lacks 1 thing here').waitFor(); // the server's check knows better
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const shapes = body(page, 'Shapes');
    const type = async (name: string, text: string) => {
      await shapes.getByRole('spinbutton', { name }).click();
      await page.keyboard.press('Control+a');
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
    };
    await type('area: width', '64*3');
    await type('levels: to', '0.75');
    const drawing = shapes.getByRole('img', { name: 'tone: a curve through 3 points' });
    const box = (await drawing.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height * 0.3);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 });
    await page.mouse.up();
    const [area, tone, levels] = (await values(page)) as [object, number[][], object];
    assert.deepEqual(area, { x: 8, y: 16, width: 192, height: 128, label: 'kept' });
    assert.deepEqual(levels, { min: 0.1, max: 0.75 });
    assert.ok(Math.abs(tone[1]![1]! - 0.5) < 0.03 && Math.abs(tone[1]![0]! - 0.5) < 0.03, JSON.stringify(tone));
    await type('tone: y', '0.25');
    await shapes.getByRole('button', { name: 'A point in between' }).click();
    await shapes.getByRole('img', { name: 'tone: a curve through 4 points' }).waitFor();
    assert.deepEqual(((await values(page))[1] as number[][])[1]![1], 0.25);
    await shapes.getByRole('button', { name: 'Take this point away' }).click();
    await shapes.getByRole('img', { name: 'tone: a curve through 3 points' }).waitFor();
    assert.deepEqual(await faults(page), []);
    for (let i = 0; i < 6; i++) await page.keyboard.press('Control+z');
    await until(() => values(page), FILE.nodes[0]!.widgets_values);
    await v.close();
  },
};
