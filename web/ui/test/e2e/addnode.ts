// Stories of adding nodes: found by words of both languages and by pinyin, and by what a link needs.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { ownClasses } from '../../src/defs/own.ts';
import { zhNodes } from '../../src/defs/zh-nodes.ts';
import { until, visit } from './browser.ts';
import { faults, type Story } from './shell.ts';

const heading = (page: Page, name: string) => page.getByRole('article').getByRole('heading', { name, exact: true });
const options = (page: Page) => page.locator('[role="option"]:not(.rest) .title').allTextContents();
const graph = (page: Page) => page.locator('.graph');

export const addNode: Record<string, Story> = {
  'a node is found by some letters, looked at, and added by keys': async (browser, served) => {
    const v = await visit(browser, served.url);

    await heading(v.page, 'KSampler').waitFor();
    await graph(v.page).focus();
    await v.page.keyboard.press('/');
    await v.page.getByRole('dialog', { name: 'Add a node' }).waitFor();
    await v.page.locator('.add-node input:focus').waitFor();
    await v.page.keyboard.type('upsc');
    await v.page.getByRole('option', { name: 'Upscale Image image' }).waitFor();
    await until(() => options(v.page), (all) => all.length >= 4 && all.slice(0, 4).every((t) => /upsc/i.test(t)), 'the first four are others');
    await v.page.locator('.node-preview').getByText('upscale_method').waitFor();
    assert.deepEqual(await faults(v.page), []);
    await v.page.keyboard.press('Enter');
    await heading(v.page, 'Upscale Image').waitFor();
    await v.page.getByRole('dialog').waitFor({ state: 'detached' });
    await v.page.keyboard.press('Control+z');
    await heading(v.page, 'Upscale Image').waitFor({ state: 'detached' });
    v.clean();
    await v.close();
  },

  'every class of the server has a Chinese title, and is offered': async (browser, served) => {
    const classes = Object.values((await (await fetch(new URL('object_info', served.url))).json()) as Record<string, { name: string; dev_only?: boolean }>);
    const offered = classes.filter((c) => !c.dev_only).length + ownClasses.length;
    const v = await visit(browser, served.url, { locale: 'zh-CN' });

    assert.deepEqual(classes.map((c) => c.name).filter((name) => !zhNodes[name]), []);
    await v.page.getByRole('article').first().waitFor();
    await graph(v.page).focus();
    await v.page.keyboard.press('/');
    await v.page.getByRole('dialog').getByRole('status').getByText(`${offered} 个节点`).waitFor();
    v.clean();
    await v.close();
  },

  'in Chinese: by a word, by pinyin, by initials': async (browser, served) => {
    const v = await visit(browser, served.url, { locale: 'zh-CN', colorScheme: 'dark' });
    const input = v.page.getByRole('combobox', { name: '添加节点' });

    await v.page.getByRole('article').first().waitFor();
    await graph(v.page).focus();
    await v.page.keyboard.press('Shift+A');
    for (const query of ['放大', 'fd', 'fangda']) {
      await input.fill(query);
      await until(async () => (await options(v.page))[0], '放大图像', query);
    }
    await input.fill('cyq');
    await until(async () => (await options(v.page))[0], 'K 采样器');
    assert.deepEqual(await faults(v.page), []);
    await v.page.keyboard.press('Escape');
    await v.page.locator('[role="application"]:focus').waitFor();
    v.clean();
    await v.close();
  },

  'while an input method is at work, Enter adds nothing': async (browser, served) => {
    const v = await visit(browser, served.url);
    const session = await v.page.context().newCDPSession(v.page);

    await heading(v.page, 'KSampler').waitFor();
    await graph(v.page).focus();
    await v.page.keyboard.press('/');
    await v.page.locator('.add-node input:focus').waitFor();
    await session.send('Input.imeSetComposition', { text: 'fang', selectionStart: 4, selectionEnd: 4 });
    await session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 });
    await v.page.locator('.add-node input:focus').waitFor();
    await session.send('Input.insertText', { text: '放大' });
    await until(async () => (await options(v.page))[0], 'Upscale Image');
    v.clean();
    await v.close();
  },

  'several are added while the list stays, and what is used is offered first': async (browser, served) => {
    const v = await visit(browser, served.url);

    await heading(v.page, 'KSampler').waitFor();
    await graph(v.page).focus();
    await v.page.keyboard.press('/');
    await v.page.getByRole('dialog').waitFor();
    await v.page.locator('.add-node input:focus').waitFor();
    await v.page.keyboard.type('grow mask');
    await v.page.locator('.add-node [aria-selected="true"]', { hasText: 'GrowMask' }).waitFor();
    await v.page.keyboard.press('Shift+Enter');
    await v.page.keyboard.press('Shift+Enter');
    await v.page.keyboard.press('Escape');
    await until(() => heading(v.page, 'GrowMask').count(), 2);
    await v.page.keyboard.press('/');
    await v.page.getByRole('dialog').waitFor();
    await until(async () => (await options(v.page))[0], 'GrowMask');
    v.clean();
    await v.close();
  },

  'a link that is let go of is offered what fits, and joined to it': async (browser, served) => {
    const v = await visit(browser, served.url);

    await heading(v.page, 'VAE Decode').waitFor();
    const node = v.page.getByRole('article').filter({ has: v.page.getByRole('heading', { name: 'VAE Decode', exact: true }) });
    const box = await node.boundingBox();
    const stage = await graph(v.page).boundingBox();
    assert.ok(box && stage);
    const links = await v.page.locator('.status').getByText(/\d+ links/).textContent();
    await v.page.mouse.move(box.x + box.width, box.y + box.height * 0.56); // its first output
    await v.page.mouse.down();
    await v.page.mouse.move(box.x + box.width - 40, stage.y + 60, { steps: 6 });
    await v.page.mouse.up();
    const list = v.page.getByRole('dialog', { name: 'Nodes that take IMAGE' });
    await list.waitFor();
    await until(() => options(v.page), (all) => all.length > 0 && all.length <= 9, 'so many are offered');
    assert.deepEqual(await faults(v.page), []);
    await v.page.locator('.add-node input:focus').waitFor();
    await v.page.keyboard.type('invert');
    await v.page.locator('.add-node [aria-selected="true"]', { hasText: 'Invert Image' }).waitFor();
    await v.page.keyboard.press('Enter');
    await heading(v.page, 'Invert Image').waitFor();
    await v.page.waitForFunction((before) => !document.querySelector('.status')?.textContent?.includes(before ?? ''), /\d+ links/.exec(links ?? '')?.[0]);
    v.clean();
    await v.close();
  },

  'the panel of nodes: opened by keys, category by category, and what is dragged from it becomes a node': async (browser, served) => {
    const v = await visit(browser, served.url);

    await heading(v.page, 'KSampler').waitFor();
    await graph(v.page).focus();
    await v.page.keyboard.press('n');
    const tree = v.page.getByRole('tree', { name: 'Nodes' });
    await tree.focus();
    await v.page.keyboard.press('End');
    await v.page.keyboard.press('Home');
    await v.page.keyboard.press('ArrowRight');
    await tree.getByRole('treeitem', { name: 'Load VAE' }).waitFor();
    assert.deepEqual(await faults(v.page), []);
    const chosen = tree.getByRole('treeitem', { selected: true }).locator('.label');
    for (let at = await chosen.textContent(); at !== 'Load VAE'; at = await until(() => chosen.textContent(), (now) => now !== at)) await v.page.keyboard.press('ArrowDown');
    await v.page.keyboard.press('Enter');
    await heading(v.page, 'Load VAE').waitFor();
    await v.page.keyboard.press('ArrowLeft');
    await v.page.keyboard.press('ArrowLeft');
    await tree.getByRole('treeitem', { name: 'Load VAE' }).waitFor({ state: 'detached' });
    await v.page.getByRole('searchbox', { name: 'Find a node' }).fill('blend');
    const item = tree.getByRole('treeitem', { name: 'ImageBlend' });
    await item.dragTo(graph(v.page), { targetPosition: { x: 700, y: 60 } });
    await heading(v.page, 'ImageBlend').waitFor();
    v.clean();
    await v.close();
  },

  'node definitions are read anew by R': async (browser, served) => {
    const v = await visit(browser, served.url);

    await heading(v.page, 'KSampler').waitFor();
    await graph(v.page).focus();
    await v.page.keyboard.press('r');
    await v.page.locator('.toast').getByText(/\d+ nodes were read/).waitFor();
    assert.equal(v.requests.filter((r) => r.endsWith('/object_info')).length, 2);
    v.clean();
    await v.close();
  },

  'without a server the classes are still known, and said to be old': async (browser, served) => {
    const v = await visit(browser, served.url);

    await heading(v.page, 'KSampler').waitFor();
    await v.page.waitForFunction(async () => {
      const found = await new Promise<unknown>((resolve) => {
        const open = indexedDB.open('limn.defs', 1);
        open.onupgradeneeded = () => open.transaction?.abort(); // the page makes it
        open.onsuccess = () => {
          const get = open.result.transaction('texts').objectStore('texts').get('plans');
          open.result.close();
          get.onsuccess = () => resolve(get.result);
          get.onerror = () => resolve(undefined);
        };
        open.onerror = () => resolve(undefined);
      });
      return typeof found === 'string';
    });
    for (const route of ['**/object_info', '**/limn/plans']) await v.page.route(route, (r) => r.fulfill({ status: 503, body: '{}' }));
    await v.page.reload();
    await heading(v.page, 'KSampler').waitFor();
    await v.page.getByRole('article').getByRole('spinbutton').first().waitFor();
    await graph(v.page).focus();
    await v.page.keyboard.press('n');
    await v.page.getByText('these are its nodes as they were').waitFor();
    assert.deepEqual(v.violations, []);
    await v.close();
  },
};
