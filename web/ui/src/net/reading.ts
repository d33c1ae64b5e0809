// Reads what a file carries, in a worker that lives as long as the file is read.
import { later } from '../app/fetched.ts';
import type { Found } from './carried.ts';
import address from './carried.worker.ts?worker&url';

/** Where the worker's script cannot be had, because the server is gone, the page reads by itself. */
const reader = later(() => import('./carried.ts'));
const MOST_BYTES = 100 << 20;

interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

/** Scripts are the server's own, wherever they are asked for. */
function own(url: string): string {
  const full = new URL(url, document.baseURI);
  if (full.origin !== location.origin) throw new TypeError(`not this server's: ${full.href}`);
  return full.href;
}

let policy: { createScriptURL(url: string): string } | undefined;

/** The address of a script, as browsers with Trusted Types want it. */
export function ownScript(url: string): string {
  const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes;
  policy ??= policies ? policies.createPolicy('limn', { createScriptURL: own }) : { createScriptURL: own };
  return policy.createScriptURL(url);
}

export function readFile(file: File): Promise<Found> {
  if (file.size > MOST_BYTES) return Promise.resolve({ fault: 'too-large' });
  return new Promise((resolve) => {
    const worker = new Worker(ownScript(address), { type: 'module' });
    const end = (found: Found) => {
      worker.terminate();
      resolve(found);
    };
    worker.onmessage = (e: MessageEvent<Found>) => end(e.data);
    worker.onerror = () => void reader().then(async (m) => end(await m.findCarried(new Uint8Array(await file.arrayBuffer()))))
      .catch((e: unknown) => end({ fault: 'damaged', detail: String(e) }));
    worker.postMessage(file);
  });
}
