// What runs put over the page: the viewer of pictures, two of them compared, and what is said to who cannot see.
import { lazy, Suspense } from 'react';
import { useComparing } from '../compare/comparing.ts';
import { useSaid } from './live.ts';
import { useViewer } from './viewer.ts';

const Viewer = lazy(async () => ({ default: (await import('./Viewer.tsx')).Viewer }));
const Compare = lazy(async () => ({ default: (await import('../compare/Compare.tsx')).Compare }));

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
        <Suspense>
          <Viewer />
        </Suspense>
      )}
      {comparing && (
        <Suspense>
          <Compare />
        </Suspense>
      )}
    </>
  );
}
