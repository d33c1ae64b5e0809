// How near the canvas is, and three buttons for it.
import { useReactFlow, useStore } from '@xyflow/react';
import { Icon } from '../app/Icon.tsx';
import { percent } from '../i18n/format.ts';
import { useWords } from '../i18n/words.ts';

export function Zoom() {
  const words = useWords().zoom;
  const zoom = useStore((s) => s.transform[2]);
  const { zoomIn, zoomOut, zoomTo } = useReactFlow();
  return (
    <div className="zoom" role="group" aria-label={words.label}>
      <button className="icon" onClick={() => void zoomOut()} aria-label={words.out} title={words.out}>
        <Icon name="minus" />
      </button>
      <button className="value" onClick={() => void zoomTo(1)} title={words.reset}>
        {percent(zoom)}
      </button>
      <button className="icon" onClick={() => void zoomIn()} aria-label={words.in} title={words.in}>
        <Icon name="plus" />
      </button>
    </div>
  );
}
