// Which jobs were sent from which document: kept for the browser tab, so that a page that is loaded again knows its own.
import { member, textAt } from '../net/http.ts';
import type { Sender } from '../net/jobs.ts';

const KEY = 'limn.jobs';
const MOST = 300;

function read(): Map<string, Sender> {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as unknown;
    const rows = Array.isArray(kept) ? (kept as unknown[]) : [];
    return new Map(
      rows.flatMap((row) => {
        const [id, uid, name] = [textAt(row, 0), textAt(row, 1), textAt(row, 2)];
        const seed = textAt(row, 3);
        return id !== undefined && uid !== undefined && name !== undefined ? [[id, { uid, name, ...(seed ? { seed } : {}) }] as const] : [];
      }),
    );
  } catch {
    return new Map();
  }
}

let known: Map<string, Sender> | undefined;
const all = () => (known ??= read());

/** The first seed of a prompt. */
export function seedIn(prompt: Readonly<Record<string, unknown>>): string | undefined {
  for (const node of Object.values(prompt))
    for (const name of ['seed', 'noise_seed']) {
      const seed = member(node, 'inputs', name);
      if (typeof seed === 'number' || typeof seed === 'bigint') return String(seed);
    }
  return undefined;
}

export function senderOf(job: string): Sender | undefined {
  return all().get(job);
}

/** The last one that a document sent, but for those. */
export function lastOf(uid: string, but?: ReadonlySet<string>): string | undefined {
  return [...all()].findLast(([id, sender]) => sender.uid === uid && !but?.has(id))?.[0];
}

export function remember(job: string, sender: Sender) {
  const kept = all();
  kept.set(job, sender);
  for (const id of [...kept.keys()].slice(0, Math.max(0, kept.size - MOST))) kept.delete(id);
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...kept].map(([id, { uid, name, seed }]) => [id, uid, name, seed ?? ''])));
  } catch {
    // Nothing is kept here: a page that is loaded again asks the server whose its jobs are.
  }
}
