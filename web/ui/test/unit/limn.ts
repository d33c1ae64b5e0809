// limn.ts: the C program beside the page's code: what it makes of a workflow. Each text is put to it once.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const LIMN = process.env['LIMN'] ?? '';

const folder = LIMN ? mkdtempSync(join(tmpdir(), 'limn-unit-')) : '';
process.once('exit', () => folder && rmSync(folder, { recursive: true }));

export function limn(...args: string[]): string {
  return spawnSync(LIMN, args, { encoding: 'utf8', maxBuffer: 64 << 20 }).stdout;
}

const known = new Map<string, string | undefined>();

/** The prompt that a workflow's text becomes; undefined where it becomes none. */
export function promptOf(text: string): string | undefined {
  if (known.has(text)) return known.get(text);
  const file = join(folder, 'one.json');
  writeFileSync(file, text);
  const { status, stdout } = spawnSync(LIMN, ['export', file], { encoding: 'utf8' });
  const prompt = status === 0 ? stdout : undefined;
  known.set(text, prompt);
  return prompt;
}
