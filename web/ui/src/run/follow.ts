// The canvas goes along with a run, for who wants that: the node at work is brought into view.
import { useDocuments } from '../app/documents.ts';
import { reveal } from '../canvas/camera.ts';
import { view } from '../canvas/view.ts';
import { usePreferences } from './preferences.ts';
import { useRuns, type Run } from './run.ts';

/** The node on the screen that runs, or within which something runs. */
function atWork(run: Run | undefined, path: readonly unknown[]): string | undefined {
  const before = path.length ? `${path.join(':')}:` : '';
  const depth = path.length + 1;
  return Object.keys(run?.current === undefined ? {} : (run?.nodes ?? {})).find(
    (id) => id.startsWith(before) && id.split(':').length === depth && run?.nodes[id]?.state === 'running',
  );
}

export function startFollowing() {
  let last: string | undefined;
  useRuns.subscribe((runs) => {
    if (!usePreferences.getState().follow) return;
    const at = useDocuments.getState().opened.find((o) => o.doc.uid === view.uid);
    const node = at && atWork(runs[at.doc.uid], at.path);
    if (node === last) return;
    last = node;
    const box = node === undefined ? undefined : view.scene.byKey.get(`node:${node.split(':').at(-1) ?? ''}`);
    if (box) reveal(box);
  });
}
