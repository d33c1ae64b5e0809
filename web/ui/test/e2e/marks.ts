// Stories of what is marked on the canvas: classes that could not be had, old lists, what is missing, texts in another language.
import assert from 'node:assert/strict';
import { drop, nodes } from './app.ts';
import { until, visit } from './browser.ts';
import { body, graph } from './hands.ts';
import { faults, type Story } from './shell.ts';

const UNLINKED = JSON.stringify({
  nodes: [{ id: 1, type: 'PreviewImage', title: '看一看', pos: [0, 0], size: [300, 300], inputs: [{ name: 'images', type: 'IMAGE', link: null }], outputs: [] }],
  links: [], version: 0.4,
});

export const marks: Record<string, Story> = {
  'classes that cannot be had are told over the canvas, with the reason, and asked for again': async (browser, served) => {
    const route = '**/object_info';
    const v = await visit(browser, served.url, {}, (page) => page.route(route, (r) => r.fulfill({ status: 500, body: '{"error": "the registry is not ready"}' })));
    const { page } = v;
    const line = page.getByRole('alert').filter({ hasText: 'node classes' });
    await line.getByText(/the registry is not ready|500/).waitFor();
    await page.locator('.body[data-kind="ghost"]').first().waitFor();
    assert.deepEqual(await faults(page), []);
    await page.unroute(route);
    await line.getByRole('button', { name: 'Ask again' }).click();
    await nodes(page, 7);
    await line.waitFor({ state: 'detached' });
    await page.locator('.body[data-kind="node"]').first().waitFor();

    await page.route(route, (r) => r.fulfill({ status: 503, body: '{"error": "it is busy"}' })); // known ones stay, and are old
    await graph(page).focus();
    await page.keyboard.press('r');
    await line.getByText('as they were the last time').waitFor();
    await page.locator('.body [role="combobox"]').first().click();
    await page.locator('.choices .stale').waitFor();
    assert.deepEqual(await faults(page), []);
    await page.keyboard.press('Escape');
    await page.unroute(route);
    await line.getByRole('button', { name: 'Ask again' }).click();
    await line.waitFor({ state: 'detached' });
    assert.deepEqual(v.violations, []);
    await v.close();
  },

  'an input that must be linked and is not has a ring; names in the other language say so': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    await drop(page, 'unlinked.json', Buffer.from(UNLINKED));
    const node = body(page, '看一看');
    await node.locator('.socket .fault[data-fault="warning"]').waitFor();
    await until(() => node.getByRole('heading').getAttribute('lang'), 'zh-Hans');
    assert.equal(await node.locator('.name.in').getAttribute('lang'), null);
    const arrow = (await node.locator('.arrow').boundingBox())!;
    await page.mouse.click(arrow.x + arrow.width + 2, arrow.y + 2); // beside what is drawn of it
    await page.locator('.body[data-collapsed="true"]').waitFor();
    v.clean();
    await v.close();
  },
};
