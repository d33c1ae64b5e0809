// Stories of what things are called: in Chinese, in English, by both names.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { nodes } from './app.ts';
import { until, visit } from './browser.ts';
import { body, graph } from './hands.ts';
import { faults, type Story } from './shell.ts';

const label = (page: Page, title: string, input: string) => body(page, title).locator(`[data-widget="${input}"] .label`);

async function choose(page: Page, language: string) {
  await graph(page).focus();
  await page.keyboard.press('Control+,');
  await page.getByRole('radio', { name: language, exact: true }).click();
  await page.getByRole('radio', { name: language, exact: true, checked: true }).waitFor(); // once its names are there
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

async function exported(page: Page, menu: string, item: string): Promise<string> {
  await page.getByRole('menuitem', { name: menu, exact: true }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()]);
  return readFileSync(await file.path(), 'utf8');
}

export const language: Record<string, Story> = {
  'nodes and inputs by both names: seen, found by each, and in no file': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;

    await nodes(page, 7);
    const before = await exported(page, 'File', 'Export as JSON');
    await choose(page, '中文 + English');
    await body(page, 'K 采样器 KSampler').waitFor();
    await until(() => label(page, 'K 采样器 KSampler', 'steps').textContent(), '步数 steps');
    await until(() => body(page, 'K 采样器 KSampler').locator('.name.in').first().textContent(), '模型 model');
    await until(() => body(page, 'K 采样器 KSampler').locator('h2').getAttribute('title'), 'K 采样器 KSampler');
    for (const query of ['采样器', 'ksampler']) {
      await graph(page).focus();
      await page.keyboard.press('/');
      await page.locator('.add-node input:focus').waitFor();
      await page.keyboard.type(query);
      await page.getByRole('option').getByText('K 采样器 KSampler', { exact: true }).waitFor();
      assert.deepEqual(await faults(page), []);
      await page.keyboard.press('Escape');
    }
    assert.equal(await exported(page, '文件', '导出 JSON'), before);

    await page.getByRole('button', { name: 'English', exact: true }).click();
    await body(page, 'KSampler').waitFor();
    await page.getByRole('button', { name: '中文', exact: true }).click();
    await body(page, 'K 采样器 KSampler').waitFor(); // as it was chosen
    await page.reload();
    await body(page, 'K 采样器 KSampler').waitFor();
    await choose(page, '中文');
    await body(page, 'K 采样器').waitFor();
    v.clean();
    await v.close();
  },

  'in Chinese, hints of fields and descriptions of classes are Chinese': async (browser, served) => {
    const v = await visit(browser, served.url, { locale: 'zh-CN' });
    const { page } = v;

    await body(page, 'K 采样器').waitFor();
    await until(() => label(page, 'K 采样器', 'steps').getAttribute('title'), '步数\n采样的步数。');
    await graph(page).focus();
    await page.keyboard.press('n');
    await page.getByRole('searchbox', { name: '查找节点' }).fill('cyq');
    const row = page.locator('li.class').filter({ hasText: 'K 采样器' }).first();
    await until(() => row.getAttribute('title'), /^K 采样器\nKSampler\n在正面和负面提示词的引导下/);
    v.clean();
    await v.close();
  },
};
