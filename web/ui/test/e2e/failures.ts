// What is said of a story that failed, where only some lines are read: what it waited for, where, and what its page showed then.
import { AssertionError } from 'node:assert';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, stripVTControlCharacters } from 'node:util';
import type { Browser, Page } from 'playwright-core';

const MOST_LINES = 5;
const MOST = 300; // letters of a line
const FRAME = /^(Expected values to be|\+ actual - expected|Call log:|Error: *$)/; // around what was found

/** A list that should be empty is its own reason. */
function linesOf(e: unknown): string[] {
  if (!(e instanceof Error)) return [String(e)];
  if (e instanceof AssertionError && Array.isArray(e.actual) && isDeepStrictEqual(e.expected, [])) return e.actual.map(String);
  return stripVTControlCharacters(e.message).split('\n');
}

export function reasons(e: unknown): string[] {
  const lines = linesOf(e).map((l) => l.trimEnd()).filter((l) => l.trim() && !FRAME.test(l.trim()));
  const at = e instanceof Error ? /test\/(?:e2e|unit)\/((?!run\.|browser\.)\S+?:\d+)/.exec(e.stack ?? '')?.[1] : undefined;
  return [...lines.slice(0, MOST_LINES).map((l) => l.slice(0, MOST)), ...(at ? [`at ${at}`] : [])];
}

async function lookAt(page: Page, file: string): Promise<string> {
  const said = await page.evaluate(() => {
    const name = (e: Element | null) => (e ? `${e.tagName.toLowerCase()} “${(e.getAttribute('aria-label') ?? e.textContent ?? '').trim().slice(0, 60)}”` : 'nothing');
    const shown = [...document.querySelectorAll('dialog[open], .menu, .toast')].map((e) => `${e.tagName === 'DIALOG' ? 'dialog' : e.className} “${(e.textContent ?? '').trim().slice(0, 80)}”`);
    return [`“${document.title}”`, `the keyboard is in ${name(document.activeElement)}`, ...shown].join(', ');
  });
  await page.screenshot({ path: file });
  return `the page: ${said}; see ${file}`;
}

/** What all pages show that a story left open. */
export async function pagesOf(browser: Browser, name: string): Promise<string[]> {
  const file = (n: number) => join(tmpdir(), `limn-story-${name.replaceAll(/\W+/g, '-').slice(0, 60)}-${n}.png`);
  const all = browser.contexts().flatMap((c) => c.pages()).filter((p) => p.url() !== 'about:blank');
  return Promise.all(all.map((page, n) => {
    page.setDefaultTimeout(5000);
    const late = new Promise<string>((tell) => setTimeout(tell, 10_000, 'the page does not answer').unref());
    return Promise.race([lookAt(page, file(n)), late]).catch((e: unknown) => `the page: ${String(e).split('\n')[0]}`);
  }));
}
