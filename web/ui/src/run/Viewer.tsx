// A picture as large as the page: nearer and farther, moved by hand, and the others of its list by the arrow keys.
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { Icon } from '../app/Icon.tsx';
import { percent } from '../i18n/format.ts';
import { useWords } from '../i18n/words.ts';
import { mediaOf, nameOf, viewOf, type OutputFile } from '../net/files.ts';
import { useTries } from '../net/tries.ts';
import { FITTED, fitting, moved, standing, zoomed, type Look, type Size } from './looking.ts';
import { closeViewer, useViewer, viewNext } from './viewer.ts';
import '../style/viewer.css';

const STEP = 1.25;
const MOVE = 80; // pixels a key
const NEAR = 3; // from here on pixels are squares

/** Where the picture is looked at; anew for each picture. */
function useLook(file: OutputFile) {
  const [look, setLook] = useState<Look>(FITTED);
  const [own, setOwn] = useState<Size>();
  const frame = useRef<HTMLDivElement>(null);
  const size = (): Size => ({ width: frame.current?.clientWidth ?? 1, height: frame.current?.clientHeight ?? 1 });
  const key = nameOf(file);

  useEffect(() => {
    setLook(FITTED);
    setOwn(undefined);
  }, [key]);
  useEffect(() => {
    const it = frame.current;
    const wheel = (e: WheelEvent) => {
      e.preventDefault();
      const box = it?.getBoundingClientRect();
      const about = { x: e.clientX - (box?.left ?? 0), y: e.clientY - (box?.top ?? 0) };
      if (own) setLook((l) => zoomed(l, STEP ** (-e.deltaY / 100), about, own, size()));
    };
    it?.addEventListener('wheel', wheel, { passive: false });
    return () => it?.removeEventListener('wheel', wheel);
  }, [own]);
  const middle = () => ({ x: size().width / 2, y: size().height / 2 });
  return {
    frame, own, setOwn, look,
    fit: () => setLook(FITTED),
    zoom: (by: number) => own && setLook((l) => zoomed(l, by, middle(), own, size())),
    whole: () => own && setLook((l) => zoomed(l, 1 / (l.zoom ?? fitting(own, size())), middle(), own, size())),
    move: (dx: number, dy: number) => own && setLook((l) => moved(l, dx, dy, own, size())),
    /** Where it stands in the frame; undefined: its size is not known yet. */
    box: () => {
      if (!own) return undefined;
      const { zoom = 1, x, y } = standing(look, own, size());
      return { width: own.width * zoom, height: own.height * zoom, left: x, top: y };
    },
    scale: () => look.zoom ?? (own ? fitting(own, size()) : 1),
  };
}

type Looking = ReturnType<typeof useLook>;

function Picture({ file, at }: { file: OutputFile; at: Looking }) {
  const { look } = at;
  const [key, , failed] = useTries(viewOf(file));
  const last = useRef<{ x: number; y: number }>(undefined);
  const down = (e: PointerEvent<HTMLDivElement>) => {
    e.currentTarget.setPointerCapture(e.pointerId);
    last.current = { x: e.clientX, y: e.clientY };
  };
  const move = (e: PointerEvent) => {
    if (!last.current) return;
    at.move(e.clientX - last.current.x, e.clientY - last.current.y);
    last.current = { x: e.clientX, y: e.clientY };
  };
  const up = () => (last.current = undefined);
  const box = at.box();
  return (
    <div className="frame" ref={at.frame} onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up}
         onDoubleClick={() => (look.zoom === undefined ? at.whole() : at.fit())}>
      {mediaOf(file) === 'video' ? (
        <video src={viewOf(file)} controls autoPlay loop />
      ) : (
        <img
          key={key}
          src={viewOf(file)}
          onError={failed}
          alt={nameOf(file)}
          draggable={false}
          data-near={at.scale() >= NEAR}
          onLoad={(e) => at.setOwn({ width: e.currentTarget.naturalWidth, height: e.currentTarget.naturalHeight })}
          style={box}
        />
      )}
    </div>
  );
}

function Tools({ file, at, many }: { file: OutputFile; at: Looking; many: boolean }) {
  const words = useWords().run.viewer;
  return (
    <div className="tools">
      {many && (
        <>
          <button className="icon" aria-label={words.before} title={words.before} onClick={() => viewNext(-1)}>
            <span className="turned"><Icon name="chevron" /></span>
          </button>
          <button className="icon" aria-label={words.next} title={words.next} onClick={() => viewNext(1)}>
            <Icon name="chevron" />
          </button>
        </>
      )}
      <span className="sizes">{at.own && `${at.own.width} × ${at.own.height} · ${percent(at.scale())}`}</span>
      <button onClick={at.fit}>{words.fit}</button>
      <button onClick={at.whole}>{words.whole}</button>
      <a className="button" href={viewOf(file)} download={file.filename}>{words.save}</a>
      <button className="icon" aria-label={words.close} title={words.close} onClick={closeViewer}>
        <Icon name="close" />
      </button>
    </div>
  );
}

function onKey(e: KeyboardEvent, at: Looking) {
  const [dx, dy] = ({ ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] } as const)[e.key] ?? [0, 0];
  const does: Record<string, () => void> = {
    '+': () => at.zoom(STEP), '=': () => at.zoom(STEP), '-': () => at.zoom(1 / STEP), '0': at.fit, '1': at.whole,
    Escape: closeViewer,
  };
  if ((dx || dy) && (e.shiftKey || dy)) at.move(dx * MOVE, dy * MOVE);
  else if (dx) viewNext(dx > 0 ? -1 : 1);
  else if (does[e.key]) does[e.key]?.();
  else return;
  e.preventDefault();
  e.stopPropagation();
}

export function Viewer() {
  const words = useWords().run.viewer;
  const { files, at: index } = useViewer();
  const file = files[index] as OutputFile;
  const at = useLook(file);
  const box = useRef<HTMLDialogElement>(null);
  const title = words.title(nameOf(file), index + 1, files.length);

  useLayoutEffect(() => {
    const it = box.current;
    if (it && !it.open) it.showModal();
    it?.focus();
    return () => it?.close();
  }, []);
  return (
    <dialog className="viewer" ref={box} tabIndex={-1} aria-label={title} onKeyDown={(e) => onKey(e, at)} onCancel={(e) => (e.preventDefault(), closeViewer())}>
      <header>
        <h2>{title}</h2>
        <Tools file={file} at={at} many={files.length > 1} />
      </header>
      <Picture file={file} at={at} />
      <p className="hint">{words.hint}</p>
    </dialog>
  );
}
