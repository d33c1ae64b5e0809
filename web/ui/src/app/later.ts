// Code that the first screen does without: fetched when the page has come to rest, so that it is there when the server is not.
import { fetchList } from '../widgets/LateList.tsx';
import { complain } from './toasts.ts';

const REST_MS = 3000;

const saving = () => import('./save.ts');
const exporting = () => import('./export.ts');
const sharing = () => import('../share/show.ts');

async function use<M>(load: () => Promise<M>, run: (module: M) => unknown) {
  let module: M;
  try {
    module = await load();
  } catch (e) {
    complain((w) => w.app.notLoaded(e instanceof Error ? e.message : String(e)));
    return undefined;
  }
  return run(module);
}

export const withSaving = (run: (m: Awaited<ReturnType<typeof saving>>) => unknown) => void use(saving, run);
export const withSharing = (run: (m: Awaited<ReturnType<typeof sharing>>) => unknown) => void use(sharing, run);
export const withExporting = (run: (m: Awaited<ReturnType<typeof exporting>>) => unknown) => void use(exporting, run);

export function fetchRest() {
  setTimeout(() => {
    for (const load of [saving, exporting, fetchList]) load().catch(() => {}); // asked for again when it is needed
  }, REST_MS);
}
