// The mask editor over the page, fetched when it is first asked for.
import { Framed } from '../app/Dialog.tsx';
import { late } from '../app/late.ts';
import { endMasking, useMasking } from './masking.ts';

const MaskEditor = late(async () => (await import('./MaskEditor.tsx')).MaskEditor);

export function MaskOverlay() {
  const now = useMasking((s) => s.now);
  return now ? (
    <Framed close={endMasking}>
      <MaskEditor />
    </Framed>
  ) : null;
}
