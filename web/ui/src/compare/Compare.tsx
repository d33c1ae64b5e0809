// Two pictures against each other: a moving edge, side by side, one after the other, or their difference; and which values of
// their workflows differ.
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type RefObject } from 'react';
import { Icon } from '../app/Icon.tsx';
import { percent } from '../i18n/format.ts';
import { nameOf, viewOf, type OutputFile } from '../net/files.ts';
import { FITTED, moved, standing, zoomed, type Look, type Size } from '../run/looking.ts';
import '../style/gallery.css';
import '../style/viewer.css';
import '../style/compare.css';
import { Changes } from './Changes.tsx';
import { MODES, stopComparing, useComparing, type Mode } from './comparing.ts';
import { Difference } from './Difference.tsx';
import { useRoom } from '../i18n/room.ts';
import { gallery } from '../i18n/words/gallery.ts';

const STEP = 1.25;
const FLICKER_MS = 600;

interface Sides {
  a: OutputFile;
  b: OutputFile;
}

/** Where both are looked at: the same place of each. */
function useLook(frame: RefObject<HTMLDivElement | null>, own: Size | undefined, halves: boolean) {
  const [look, setLook] = useState<Look>(FITTED);
  const size = (): Size => ({ width: (frame.current?.clientWidth ?? 1) / (halves ? 2 : 1), height: frame.current?.clientHeight ?? 1 });

  useEffect(() => setLook(FITTED), [halves, own]);
  useEffect(() => {
    const it = frame.current;
    const wheel = (e: WheelEvent) => {
      e.preventDefault();
      const box = it?.getBoundingClientRect();
      const x = e.clientX - (box?.left ?? 0);
      const { width } = size();
      if (own) setLook((l) => zoomed(l, STEP ** (-e.deltaY / 100), { x: halves ? x % width : x, y: e.clientY - (box?.top ?? 0) }, own, size()));
    };
    it?.addEventListener('wheel', wheel, { passive: false });
    return () => it?.removeEventListener('wheel', wheel);
  }, [own, halves]);
  const { zoom = 1, x, y } = own ? standing(look, own, size()) : look;
  const style = own ? { width: own.width * zoom, height: own.height * zoom, left: x, top: y } : undefined;
  return { style, zoom, move: (dx: number, dy: number) => own && setLook((l) => moved(l, dx, dy, own, size())) };
}

// ------------------------------------------------------------------ the four ways

interface Shown extends Sides {
  mode: Mode;
  edge: number; // 0 to 1: how much of A is seen
  other: boolean; // flicker: B's turn
  gain: number;
  style: ReturnType<typeof useLook>['style'];
  loaded: (size: Size) => void; // A's size
  alike: (is: boolean) => void; // is B's the same?
}

function Two({ a, b, mode, edge, other, gain, style, loaded, alike }: Shown) {
  const sizes = useRef<Record<string, Size>>({});
  const measure = (e: { currentTarget: HTMLImageElement }) => {
    const { alt, naturalWidth: width, naturalHeight: height } = e.currentTarget;
    sizes.current[alt] = { width, height };
    const { A, B } = sizes.current;
    if (alt === 'A') loaded({ width, height });
    alike(!A || !B || (A.width === B.width && A.height === B.height));
  };
  const first = <img src={viewOf(a)} alt="A" draggable={false} style={style} onLoad={measure} />;
  const second = <img src={viewOf(b)} alt="B" draggable={false} style={style} onLoad={measure} />;
  if (mode === 'difference') return <><div className="pane" data-hidden="true">{first}{second}</div><Difference a={a} b={b} gain={gain} style={style} /></>;
  if (mode === 'beside')
    return (
      <>
        <div className="pane" data-half="a">{first}</div>
        <div className="pane" data-half="b">{second}</div>
      </>
    );
  const cut = mode === 'slider' ? `inset(0 0 0 ${edge * 100}%)` : other ? 'none' : 'inset(0 0 0 100%)';
  return (
    <>
      <div className="pane">{first}</div>
      <div className="pane" style={{ clipPath: cut }}>{second}</div>
    </>
  );
}

/** The edge between A and B. */
function Edge({ at, set }: { at: number; set: (to: number) => void }) {
  const words = useRoom(gallery);
  const drag = (e: PointerEvent<HTMLDivElement>) => {
    const it = e.currentTarget;
    const frame = it.parentElement?.getBoundingClientRect();
    e.stopPropagation();
    it.setPointerCapture(e.pointerId);
    it.onpointermove = (m) => frame && set(Math.max(0, Math.min(1, (m.clientX - frame.left) / frame.width)));
    it.onpointerup = it.onpointercancel = () => (it.onpointermove = null);
  };
  return (
    <div className="edge-line" role="slider" tabIndex={0} aria-label={words.edge} aria-valuemin={0} aria-valuemax={100}
         aria-valuenow={Math.round(at * 100)} style={{ left: `${at * 100}%` }} onPointerDown={drag} />
  );
}

function useFlicker(on: boolean): boolean {
  const [other, setOther] = useState(false);
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => setOther((o) => !o), FLICKER_MS);
    return () => clearInterval(timer);
  }, [on]);
  return other;
}

// ------------------------------------------------------------------ the dialog

interface ToolsProps {
  mode: Mode;
  gain: number;
  setGain: (gain: number) => void;
  exchange: () => void;
}

function Tools({ mode, gain, setGain, exchange }: ToolsProps) {
  const words = useRoom(gallery);
  return (
    <div className="tools">
      <span className="modes" role="group" aria-label={words.mode}>
        {MODES.map((m) => (
          <button key={m} aria-pressed={m === mode} onClick={() => useComparing.setState({ mode: m })}>
            {words.modes[m]}
          </button>
        ))}
      </span>
      {mode === 'difference' && (
        <label>
          {words.gain}
          <input type="range" min={1} max={32} value={gain} onChange={(e) => setGain(e.target.valueAsNumber)} />
        </label>
      )}
      <button onClick={exchange}>{words.exchange}</button>
      <button className="icon" aria-label={words.close} title={words.close} onClick={stopComparing}>
        <Icon name="close" />
      </button>
    </div>
  );
}

function useDialog() {
  const box = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const it = box.current;
    if (it && !it.open) it.showModal();
    it?.focus();
    return () => it?.close();
  }, []);
  return box;
}

function Frame({ a, b, mode, edge, setEdge, gain }: Sides & { mode: Mode; edge: number; setEdge: (to: number) => void; gain: number }) {
  const words = useRoom(gallery);
  const [own, setOwn] = useState<Size>();
  const [alike, setAlike] = useState(true);
  const frame = useRef<HTMLDivElement>(null);
  const last = useRef<{ x: number; y: number }>(undefined);
  const { style, zoom, move } = useLook(frame, own, mode === 'beside');
  const other = useFlicker(mode === 'flicker');
  const down = (e: PointerEvent<HTMLDivElement>) => {
    e.currentTarget.setPointerCapture(e.pointerId);
    last.current = { x: e.clientX, y: e.clientY };
  };
  const go = (e: PointerEvent) => {
    if (!last.current) return;
    move(e.clientX - last.current.x, e.clientY - last.current.y);
    last.current = { x: e.clientX, y: e.clientY };
  };
  const up = () => (last.current = undefined);
  return (
    <div className="frame" ref={frame} data-mode={mode} onPointerDown={down} onPointerMove={go} onPointerUp={up} onPointerCancel={up}>
      <Two a={a} b={b} mode={mode} edge={edge} other={other} gain={gain} style={style} loaded={setOwn} alike={setAlike} />
      {mode === 'slider' && <Edge at={edge} set={setEdge} />}
      {mode !== 'difference' && <span className="side-of" data-side="a" data-seen={mode !== 'flicker' || !other}>A</span>}
      {mode !== 'difference' && <span className="side-of" data-side="b" data-seen={mode !== 'flicker' || other}>B</span>}
      {own && (
        <span className="sizes">
          {!alike && words.sizesDiffer} {own.width} × {own.height} · {percent(zoom)}
        </span>
      )}
    </div>
  );
}

export function Compare() {
  const words = useRoom(gallery);
  const { pair, mode } = useComparing();
  const [edge, setEdge] = useState(0.5);
  const [gain, setGain] = useState(4);
  const box = useDialog();
  useEffect(() => {
    if (!box.current?.contains(document.activeElement)) box.current?.focus(); // the edge went, and had the focus
  }, [mode]);
  if (!pair) return null;
  const [a, b] = pair;
  const exchange = () => useComparing.setState({ pair: [b, a] });
  const key = (e: KeyboardEvent) => {
    const chosen = MODES[Number(e.key) - 1];
    const inField = e.target instanceof HTMLInputElement;
    if (chosen) useComparing.setState({ mode: chosen });
    else if (e.key.toLowerCase() === 'x') exchange();
    else if (mode === 'slider' && !inField && e.key === 'ArrowLeft') setEdge((s) => Math.max(0, s - 0.02));
    else if (mode === 'slider' && !inField && e.key === 'ArrowRight') setEdge((s) => Math.min(1, s + 0.02));
    else return;
    e.preventDefault();
  };
  return (
    <dialog className="viewer compare" ref={box} tabIndex={-1} aria-label={words.title(nameOf(a), nameOf(b))} onKeyDown={key}
            onCancel={(e) => (e.preventDefault(), stopComparing())}>
      <header>
        <h2>
          A {nameOf(a)} <span>B {nameOf(b)}</span>
        </h2>
        <Tools mode={mode} gain={gain} setGain={setGain} exchange={exchange} />
      </header>
      <Frame a={a} b={b} mode={mode} edge={edge} setEdge={setEdge} gain={gain} />
      <Changes a={a} b={b} />
      <p className="hint">{words.hint}</p>
    </dialog>
  );
}
