// The mask editor over the page, fetched when it is first asked for.
import { lazy, Suspense } from 'react';
import { useMasking } from './masking.ts';

const MaskEditor = lazy(async () => ({ default: (await import('./MaskEditor.tsx')).MaskEditor }));

export function MaskOverlay() {
  const now = useMasking((s) => s.now);
  return now ? (
    <Suspense>
      <MaskEditor />
    </Suspense>
  ) : null;
}
