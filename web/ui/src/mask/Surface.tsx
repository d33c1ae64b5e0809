// The picture with its mask over it: moved, brought nearer, and painted on.
import { useEffect, useLayoutEffect, useRef, useState, type PointerEvent } from 'react';
import { FITTED, moved, standing, zoomed, type Look, type Size } from '../run/looking.ts';
import { isEmpty, whole, type Area, type Point } from './mask.ts';
import { useHand, type Session } from './session.ts';
import { useRoom } from '../i18n/room.ts';
import { mask } from '../i18n/words/mask.ts';

const STEP = 1.25;

/** The colour that style sheets give an element, as three numbers. */
function tint(of: Element): readonly [number, number, number] {
  const [r = 0, g = 0, b = 0] = (getComputedStyle(of).color.match(/[\d.]+/g) ?? []).map(Number);
  return [r, g, b];
}

function paint(canvas: HTMLCanvasElement, { mask }: Session, { left, top, right, bottom }: Area) {
  const image = new ImageData(right - left, bottom - top);
  const [r, g, b] = tint(canvas);
  for (let y = top, i = 0; y < bottom; y++)
    for (let x = left; x < right; x++, i += 4) image.data.set([r, g, b, mask.at[y * mask.width + x] as number], i);
  canvas.getContext('2d')?.putImageData(image, left, top);
}

/** Both pictures, in pixels of their own. */
function useDrawn(session: Session) {
  const below = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);

  useLayoutEffect(() => {
    const over = above.current;
    below.current?.getContext('2d')?.putImageData(session.colours, 0, 0);
    if (!over) return;
    paint(over, session, whole(session.mask));
    return session.subscribe((area) => !isEmpty(area) && paint(over, session, area));
  }, [session]);
  return { below, above };
}

function useLook(own: Size) {
  const frame = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 1, height: 1 });
  const [look, setLook] = useState<Look>(FITTED);

  useLayoutEffect(() => {
    const it = frame.current;
    if (!it) return;
    const seen = new ResizeObserver(() => setSize({ width: it.clientWidth, height: it.clientHeight }));
    seen.observe(it);
    return () => seen.disconnect();
  }, []);
  useEffect(() => {
    const it = frame.current;
    const wheel = (e: WheelEvent) => {
      e.preventDefault();
      const box = it?.getBoundingClientRect();
      const about = { x: e.clientX - (box?.left ?? 0), y: e.clientY - (box?.top ?? 0) };
      setLook((l) => zoomed(l, STEP ** (-e.deltaY / 100), about, own, size));
    };
    it?.addEventListener('wheel', wheel, { passive: false });
    return () => it?.removeEventListener('wheel', wheel);
  }, [own, size]);
  return { frame, at: standing(look, own, size), move: (dx: number, dy: number) => setLook((l) => moved(l, dx, dy, own, size)) };
}

export function Surface({ session, space }: { session: Session; space: boolean }) {
  const words = useRoom(mask);
  const { width, height } = session.mask;
  const own = useRef<Size>({ width, height }).current;
  const { below, above } = useDrawn(session);
  const { frame, at, move } = useLook(own);
  const { tool, size } = useHand();
  const [pointer, setPointer] = useState<Point>();
  const held = useRef<'paint' | 'move'>(undefined);
  const { zoom = 1 } = at;

  const place = (e: PointerEvent): Point => {
    const box = frame.current?.getBoundingClientRect();
    return { x: e.clientX - (box?.left ?? 0), y: e.clientY - (box?.top ?? 0) };
  };
  const onPicture = (p: Point): Point => ({ x: (p.x - at.x) / zoom, y: (p.y - at.y) / zoom });
  const pressure = (e: PointerEvent) => (e.pointerType === 'pen' ? Math.max(0.1, e.pressure) : 1);
  const down = (e: PointerEvent<HTMLDivElement>) => {
    if (e.button === 2) return;
    e.currentTarget.setPointerCapture(e.pointerId);
    held.current = e.button === 1 || space ? 'move' : 'paint';
    if (held.current === 'paint') session.begin(onPicture(place(e)), pressure(e), e.altKey);
  };
  const over = (e: PointerEvent) => {
    setPointer(place(e));
    if (held.current === 'move') move(e.movementX, e.movementY);
    if (held.current === 'paint') session.move(onPicture(place(e)), pressure(e));
  };
  const up = () => {
    if (held.current === 'paint') session.end();
    held.current = undefined;
  };
  const box = { left: at.x, top: at.y, width: width * zoom, height: height * zoom };
  const round = tool === 'brush' || tool === 'erase';
  return (
    <div className="surface" ref={frame} role="img" aria-label={words.area} data-tool={tool} data-space={space}
         onPointerDown={down} onPointerMove={over} onPointerUp={up} onPointerCancel={up} onPointerLeave={() => setPointer(undefined)}>
      <canvas ref={below} width={width} height={height} style={box} />
      <canvas className="tint" ref={above} width={width} height={height} style={box} />
      {round && pointer && !space && (
        <span className="ring" style={{ left: pointer.x, top: pointer.y, width: size * zoom, height: size * zoom }} />
      )}
    </div>
  );
}
