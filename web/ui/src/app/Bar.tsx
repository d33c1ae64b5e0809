// A docked bar: icons that open panels, and the panel that is open, as wide as it was left.
import { Suspense, type KeyboardEvent, type PointerEvent } from 'react';
import { useWords } from '../i18n/words.ts';
import { panels } from '../panels/all.ts';
import type { Panel, Side } from '../panels/panel.ts';
import { LEAST_WIDTH, MOST_WIDTH, setWidth, showPanel, togglePanel, useBars, widthOf } from './bars.ts';
import { Icon } from './Icon.tsx';
import { useKeys, withKeys } from './bound.ts';
import { Boundary } from './late.ts';

function Edge({ panel }: { panel: Panel }) {
  const words = useWords();
  const width = useBars((s) => widthOf(s, panel.id));
  const grows = panel.side === 'left' ? 1 : -1;

  const drag = (e: PointerEvent<HTMLDivElement>) => {
    const from = e.clientX;
    const edge = e.currentTarget;
    edge.setPointerCapture(e.pointerId);
    edge.onpointermove = (m) => setWidth(panel.id, width + grows * (m.clientX - from));
    edge.onpointerup = edge.onpointercancel = () => (edge.onpointermove = null);
  };
  const key = (e: KeyboardEvent) => {
    const by = e.key === 'ArrowRight' ? 16 : e.key === 'ArrowLeft' ? -16 : 0;
    if (by) setWidth(panel.id, width + grows * by);
  };
  return (
    <div
      className="edge"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={words.app.bars.width(panel.label(words))}
      aria-valuenow={width}
      aria-valuemin={LEAST_WIDTH}
      aria-valuemax={MOST_WIDTH}
      onPointerDown={drag}
      onKeyDown={key}
    />
  );
}

function Open({ panel }: { panel: Panel }) {
  const words = useWords();
  const width = useBars((s) => widthOf(s, panel.id));
  return (
    <>
      <section className="panel" aria-label={panel.label(words)} style={{ width }}>
        <header>
          <h2>{panel.label(words)}</h2>
          <button className="icon" aria-label={words.app.close} title={words.app.close} onClick={() => showPanel(panel.side, undefined)}>
            <Icon name="close" />
          </button>
        </header>
        <Boundary>
          <Suspense>
            <panel.Body />
          </Suspense>
        </Boundary>
      </section>
      <Edge panel={panel} />
    </>
  );
}

function Tool({ panel, pressed }: { panel: Panel; pressed: boolean }) {
  const words = useWords();
  const label = panel.label(words);
  const keys = useKeys(`panel.${panel.id}`, panel.key ?? '');
  return (
    <button
      className="icon"
      data-panel={panel.id}
      aria-pressed={pressed}
      aria-label={label}
      title={withKeys(label, keys)}
      onClick={() => togglePanel(panel.side, panel.id)}
    >
      <Icon name={panel.icon} />
      {panel.Badge && <panel.Badge />}
    </button>
  );
}

export function Bar({ side }: { side: Side }) {
  const words = useWords().app.bars;
  const open = useBars((s) => s.open[side]);
  const here = panels.filter((p) => p.side === side);
  const panel = here.find((p) => p.id === open);
  const Region = side === 'left' ? 'nav' : 'aside';

  if (!here.length) return null;
  return (
    <Region className="dock" data-side={side} aria-label={words[side]}>
      <div className="rail">
        {here.map((p) => (
          <Tool key={p.id} panel={p} pressed={p === panel} />
        ))}
      </div>
      {panel && <Open key={panel.id} panel={panel} />}
    </Region>
  );
}
