// What runs put over the page: the viewer of pictures, two of them compared, and what is said to who cannot see.
import { Framed } from '../app/Dialog.tsx';
import { late } from '../app/late.ts';
import { stopComparing, useComparing } from '../compare/comparing.ts';
import { useSaid } from './live.ts';
import { closeViewer, useViewer } from './viewer.ts';

const Viewer = late(async () => (await import('./Viewer.tsx')).Viewer);
const Compare = late(async () => (await import('../compare/Compare.tsx')).Compare);

function Said() {
  const text = useSaid((s) => s.text);
  return (
    <div className="unseen" aria-live="polite">
      {text}
    </div>
  );
}

export function RunOverlays() {
  const viewing = useViewer((s) => s.files.length > 0);
  const comparing = useComparing((s) => s.pair !== undefined);
  return (
    <>
      <Said />
      {viewing && (
        <Framed close={closeViewer}>
          <Viewer />
        </Framed>
      )}
      {comparing && (
        <Framed close={stopComparing}>
          <Compare />
        </Framed>
      )}
    </>
  );
}
