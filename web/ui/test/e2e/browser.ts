// A browser for stories, and what every story must leave behind: one origin, nothing that the policy refused, no error.
import assert from 'node:assert/strict';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

export const PATIENCE = Number(process.env['PATIENCE'] ?? 20) * 1000;

export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
           '--disable-component-update', '--disable-sync'],
  });
}

export interface Visit {
  page: Page;
  requests: string[];
  violations: string[];
  errors: string[];
  /** Nothing left the server, nothing was refused, nothing went wrong. */
  clean(): void;
  close(): Promise<void>;
}

/** Opens the page as a new person would see it. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...options });
  const requests: string[] = [];
  const violations: string[] = [];
  const errors: string[] = [];
  const page = await context.newPage();

  page.setDefaultTimeout(PATIENCE);
  await context.exposeBinding('limnRefused', (_source, what: string) => violations.push(what));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) =>
      (window as unknown as { limnRefused(what: string): void }).limnRefused(`${e.effectiveDirective} ${e.blockedURI}`));
  });
  context.on('request', (r) => requests.push(r.url()));
  page.on('websocket', (s) => requests.push(s.url().replace(/^ws/, 'http')));
  page.on('pageerror', (e) => errors.push(String(e)));
  page.on('console', (m) => m.type() === 'error' && errors.push(m.text()));
  await page.goto(url);
  await page.locator('.link[data-state="open"]').waitFor();
  return {
    page, requests, violations, errors,
    clean() {
      assert.deepEqual([...new Set(requests.map((r) => new URL(r).origin))], [new URL(url).origin]);
      assert.deepEqual(violations, []);
      assert.deepEqual(errors, []);
    },
    close: () => context.close(),
  };
}
