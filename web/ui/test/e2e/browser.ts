// A browser for stories, and what every story must leave behind: one origin, nothing that the policy refused, no error.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

export const PATIENCE = Number(process.env['PATIENCE'] ?? 20) * 1000;

const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
               '--disable-component-update', '--disable-sync'];
let executable = '';

export function launch(executablePath: string): Promise<Browser> {
  executable = executablePath;
  return chromium.launch({ executablePath, headless: true, args: QUIET });
}

/** A browser of its own with a profile that outlasts it, and what kills it as a power cut would. */
export async function launchKept(profile: string): Promise<{ browser: Browser; kill: () => Promise<void> }> {
  const args = [...QUIET, '--headless', '--lang=en-GB', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
  const child = spawn(executable, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  const kill = async () => {
    end();
    await ended;
  };
  process.once('exit', end); // of a story that failed
  for await (const line of createInterface({ input: child.stderr })) {
    const address = /^DevTools listening on (ws:\S+)/.exec(line)?.[1];
    if (address) return { browser: await chromium.connectOverCDP(address), kill };
  }
  throw new Error('the browser did not begin');
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

/** Opens the page as a new person would see it; `prepare` is done to the empty page before. */
export async function visit(
  browser: Browser, url: string, options: BrowserContextOptions = {}, prepare?: (page: Page) => Promise<unknown>,
): Promise<Visit> {
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
  await prepare?.(page);
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
