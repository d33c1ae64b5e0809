// Code that the first screen does without: fetched when the page has come to rest, so that it is there when the server is not.
import { useServer } from '../net/server.ts';
import { fetchAll, later } from './fetched.ts';
import { sayOf } from './late.ts';
import { complain } from './toasts.ts';

const REST_MS = 3000;

const opening = later(() => import('./opening.ts'));
const stored = later(() => import('./stored-open.ts'));
const saving = later(() => import('./save.ts'));
const exporting = later(() => import('./export.ts'));
const sharing = later(() => import('../share/show.ts'));
later(() => import('./bindings.ts').then((m) => m.meetKept())); // the keys that the server has

async function use<M>(load: () => Promise<M>, run: (module: M) => unknown) {
  let module: M;
  try {
    module = await load();
  } catch (e) {
    complain((w) => w.app.notLoaded(sayOf(e)));
    return undefined;
  }
  return run(module);
}

export const withOpening = (run: (m: Awaited<ReturnType<typeof opening>>) => unknown) => void use(opening, run);
export const withStored = (run: (m: Awaited<ReturnType<typeof stored>>) => unknown) => void use(stored, run);
export const withSaving = (run: (m: Awaited<ReturnType<typeof saving>>) => unknown) => void use(saving, run);
export const withSharing = (run: (m: Awaited<ReturnType<typeof sharing>>) => unknown) => void use(sharing, run);
export const withExporting = (run: (m: Awaited<ReturnType<typeof exporting>>) => unknown) => void use(exporting, run);

export function fetchRest() {
  setTimeout(() => void fetchAll(), REST_MS);
  addEventListener('unhandledrejection', (e) => complain((w) => w.app.broken(sayOf(e.reason)))); // nothing fails without a word
  useServer.subscribe((s, before) => s.link.is === 'open' && before.link.is === 'lost' && void fetchAll());
}
