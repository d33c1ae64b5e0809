// A browser for stories, and what every story must leave behind: one origin, nothing that the policy refused, no error.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

export const PATIENCE = Number(process.env['PATIENCE'] ?? 20) * 1000;
/** With SLOW=4 pages think a fourth as fast, and answers take their time: what holds on a fast machine alone is found out. */
const SLOW = Number(process.env['SLOW'] ?? 1);
const LATE_MS = 60; // of an answer, for each time that pages are slower

/** Reads until it is so: a page that is slow shows the same, later. `wanted` is a value, a pattern or a question. -> what was read */
export async function until<T>(read: () => T | Promise<T>, wanted: T | RegExp | ((now: T) => unknown), words?: string): Promise<T> {
  const is = (now: T) =>
    typeof wanted === 'function' ? (wanted as (now: T) => unknown)(now) : wanted instanceof RegExp ? wanted.test(String(now)) : isDeepStrictEqual(now, wanted);
  for (const end = Date.now() + PATIENCE; ; await new Promise((next) => setTimeout(next, 20))) {
    const now = await read();
    if (is(now)) return now;
    if (Date.now() < end) continue;
    if (typeof wanted === 'function') assert.fail(`${words ?? String(wanted)}: ${JSON.stringify(now)}`);
    if (wanted instanceof RegExp) assert.match(String(now), wanted, words);
    assert.deepEqual(now, wanted, words);
  }
}

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

/** A hand on what the page hears: with a pattern, from the first message on that has it, all of them wait and lists of jobs, too;
 * without one, nothing does. So a run is at one place for as long as a story looks. Begins before the page is opened. */
export async function holding(page: Page): Promise<(from?: RegExp) => void> {
  const waiting: { said: string; go: () => void }[] = [];
  const asked: (() => void)[] = [];
  let held: RegExp | undefined;
  const pass = () => {
    while (waiting[0] && !held?.test(waiting[0].said)) waiting.shift()?.go();
    if (!held) for (const go of asked.splice(0)) go();
  };
  await page.routeWebSocket(/\/ws\b/, (ws) => {
    ws.connectToServer().onMessage((message) => {
      waiting.push({ said: typeof message === 'string' ? message : '', go: () => ws.send(message) });
      pass();
    });
  });
  await page.route('**/api/jobs?*', async (route) => {
    if (held) await new Promise<void>((go) => asked.push(go));
    await route.continue().catch(() => {}); // nobody may wait for it any more
  });
  return (from) => {
    held = from;
    pass();
  };
}

/** What is still wrong when it is looked at again: what comes and goes while a page is drawn is no fault. */
export async function settledFaults(look: () => Promise<string[]>): Promise<string[]> {
  let found = await look();
  for (let again = 0; found.length && again < 4; again++) {
    await new Promise((next) => setTimeout(next, 250 * 2 ** again));
    found = await look();
  }
  return found;
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

/** Waits as long as stories do, on a page that is as slow as was asked for. */
export async function patient(page: Page): Promise<void> {
  page.setDefaultTimeout(PATIENCE);
  if (SLOW === 1) return;
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOW });
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: LATE_MS * SLOW, downloadThroughput: -1, uploadThroughput: -1 });
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

  await patient(page);
  await context.exposeBinding('limnRefused', (_source, what: string) => violations.push(what));
  await context.addInitScript(() => {
    const later = window.setTimeout.bind(window);
    const wait = (does: TimerHandler, ms?: number, ...more: unknown[]) => later(does, ms === 6000 ? 600_000 : ms, ...more);
    Object.assign(window, { setTimeout: wait }); // what is said stays until it was read: app/toasts.ts
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
