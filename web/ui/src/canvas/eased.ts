// Stands in for d3-transition, which comes with React Flow's zoom: one way of one element, eased, that ends or is interrupted. It is all that
// is asked of it here, and 14 KB of the first load would say how whatever else moves.
import { selection, type Selection } from 'd3-selection';

type Any = Selection<Element, unknown, null, undefined>;
type Tween = (this: Element) => (share: number) => void;

const stops = new WeakMap<Element, () => void>(); // by what is under way

export function interrupt(element: Element) {
  stops.get(element)?.();
}

/** Begins with the next picture. What hears of it has names as d3 has them: "interrupt.zoom end.zoom". */
function way(of: Any, element: Element) {
  const began = performance.now();
  const hears: [string, (this: Element) => void][] = [];
  const tell = (what: string) => hears.forEach(([names, hear]) => names.split(' ').some((n) => n.split('.')[0] === what) && hear.call(element));
  let ms = 250;
  let ease = (share: number) => share;
  let tween: Tween | undefined;
  let move: ((share: number) => void) | undefined;
  let frame = requestAnimationFrame(step);

  function stop(why: string) {
    cancelAnimationFrame(frame);
    stops.delete(element);
    if (move) tell(why);
  }
  const interrupted = () => stop('interrupt');

  function step(now: number) {
    if (!move) {
      tell('start');
      move = tween?.call(element) ?? (() => {});
    }
    const share = Math.max(0, (now - began) / ms);
    move(share < 1 ? ease(share) : 1);
    if (stops.get(element) !== interrupted) return; // who heard of it went elsewhere
    if (share < 1) frame = requestAnimationFrame(step);
    else stop('end');
  }

  interrupt(element);
  stops.set(element, interrupted);
  const self = {
    selection: () => of,
    duration: (to: number) => ((ms = to), self),
    ease: (by: typeof ease) => ((ease = by), self),
    on: (names: string, hear: (this: Element) => void) => (hears.push([names, hear]), self),
    tween: (_name: string, by: Tween) => ((tween = by), self),
  };
  return self;
}

Object.assign(selection.prototype, {
  interrupt(this: Any) {
    return this.each(function () {
      interrupt(this);
    });
  },
  transition(this: Any) {
    return way(this, this.node() as Element);
  },
});
