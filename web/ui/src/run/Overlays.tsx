// What runs put over the page: the viewer of pictures, and what is said to who cannot see.
import { lazy, Suspense } from 'react';
import { useSaid } from './live.ts';
import { useViewer } from './viewer.ts';

const Viewer = lazy(async () => ({ default: (await import('./Viewer.tsx')).Viewer }));

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
  return (
    <>
      <Said />
      {viewing && (
        <Suspense>
          <Viewer />
        </Suspense>
      )}
    </>
  );
}
