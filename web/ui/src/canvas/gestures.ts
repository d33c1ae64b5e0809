// The pointer on the canvas: which gesture a press begins, from the first pixels to the end. Panning and zooming are React
// Flow's; everything that has to do with the graph is here and in the files beside.
import { useSettings } from '../app/settings.ts';
import type { Point } from './curve.ts';
import { panBy } from './camera.ts';
import { carry, take, takeFloating } from './connecting.ts';
import { hitAt, type Hit } from './hit.ts';
import { openMenu, openMenuHere } from './menus.ts';
import { move, moveCopy, resize, resizeFrame } from './moving.ts';
import { startInserting, startRenaming } from './presses.ts';
import { choose, chosen, focusOn, toggle } from './select.ts';
import { cutStroke, frame } from './sweeping.ts';
import { repaint, toCanvas, useHand, view } from './view.ts';

export interface Gesture {
  move(p: Point, e: PointerEvent): void;
  drop(p: Point, e: PointerEvent): void;
  cancel(): void;
  pans?: true; // it is the canvas that is moved
}

const BEGINS = 4; // screen pixels
const EDGE = 36; // screen pixels from the border, where the canvas moves along
const SPEED = 14; // screen pixels a frame, at most
const FINGER = 20;

/** What belongs to itself on a node, and not to the canvas. */
const OWN = 'button, input, textarea, select, a, audio, video, .graph-find, .graph-map, .crumbs, .row, [contenteditable="true"]';

interface Press {
  id: number;
  button: number;
  at: Point; // on the screen
  begin?: (() => Gesture | undefined) | undefined;
  click?: (() => void) | undefined;
  gesture?: Gesture | undefined;
}

const toggles = (e: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }) => e.shiftKey || e.ctrlKey || e.metaKey;

/** Chosen at once where it was not, so that a drag has it; a click alone chooses it and nothing else. */
function pick(key: string, e: PointerEvent): (() => void) | undefined {
  focusOn(key);
  if (toggles(e)) return () => toggle(key);
  if (!chosen().has(key)) choose([key]);
  return () => choose([key]);
}

/** The canvas goes along with the hand. */
function pan({ clientX, clientY }: PointerEvent): Gesture {
  let [x, y] = [clientX, clientY];
  const move = (_: Point, e: PointerEvent) => {
    panBy(e.clientX - x, e.clientY - y);
    [x, y] = [e.clientX, e.clientY];
  };
  return { move, drop: () => {}, cancel: () => {}, pans: true };
}

function onEmpty(p: Point, e: PointerEvent): Partial<Press> {
  if (e.altKey) return { begin: () => cutStroke(p) };
  const clear = () => {
    if (toggles(e)) return;
    choose([]);
    useHand.setState({ focus: undefined });
  };
  const pans = useSettings.getState().drag === 'pan' && !toggles(e);
  return { begin: () => (pans ? pan(e) : frame(p, toggles(e))), click: clear };
}

function onHit(hit: Hit, p: Point, e: PointerEvent): Partial<Press> {
  const { scene } = view;
  if (hit.kind === 'socket') {
    const node = scene.byKey.get(`node:${hit.end.node}`);
    const click = node && (() => choose([node.key]));
    return { begin: () => carry(take(scene, hit.end, hit.socket, e.shiftKey), p), click };
  }
  if (hit.kind === 'node') {
    const click = pick(hit.node.key, e);
    if (hit.part === 'corner') return { begin: () => resize(hit.node, p), click };
    const begin = () => {
      if (!chosen().has(hit.node.key)) choose([...chosen(), hit.node.key]); // Shift and Ctrl choose at the click only
      return e.altKey ? moveCopy(p) : move(p);
    };
    return { begin, click };
  }
  if (hit.kind === 'reroute') {
    const held = hit.reroute.floating && takeFloating(scene, hit.reroute.floating);
    return { click: pick(hit.reroute.key, e), begin: () => (held ? carry(held, p) : move(p)) };
  }
  if (hit.kind === 'link') {
    const { key } = hit.link;
    const click = () => (toggles(e) ? toggle(key) : choose([key]));
    return { ...onEmpty(p, e), click };
  }
  if (hit.kind === 'group') {
    if (hit.part === 'corner') return { begin: () => resizeFrame(hit.group, p), click: () => choose([hit.group.key]) };
    const ctrl = e.ctrlKey || e.metaKey;
    const click = ctrl ? () => toggle(hit.group.key) : pick(hit.group.key, e);
    return {
      click,
      begin: () => {
        if (!chosen().has(hit.group.key)) choose([hit.group.key]);
        return move(p, { frames: ctrl });
      },
    };
  }
  return onEmpty(p, e);
}

/** Listens on the canvas; returns what ends it. */
export function startGestures(graph: HTMLElement): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  let press: Press | undefined;
  let last: PointerEvent | undefined;
  let along = 0;
  let space = false;

  const screen = (e: { clientX: number; clientY: number }): Point => {
    const { x, y } = graph.getBoundingClientRect();
    return { x: e.clientX - x, y: e.clientY - y };
  };
  const point = (e: { clientX: number; clientY: number }) => toCanvas(screen(e));
  const hit = (e: PointerEvent | MouseEvent) =>
    hitAt(view.scene, point(e), view.camera.zoom, { above: chosen(), ...('pointerType' in e && e.pointerType === 'touch' ? { reach: FINGER } : {}) });
  const isOwn = (e: Event) => e.target instanceof Element && e.target.closest(OWN) !== null;

  const end = () => {
    press = last = undefined;
    cancelAnimationFrame(along);
    along = 0;
  };
  const cancel = () => {
    press?.gesture?.cancel();
    end();
  };

  /** Near the border the canvas comes along, as long as something is held there. */
  const follow = () => {
    along = press?.gesture ? requestAnimationFrame(follow) : 0;
    if (!press?.gesture || !last) return;
    const at = screen(last);
    const by = (x: number, size: number) => (x < EDGE ? EDGE - x : x > size - EDGE ? size - EDGE - x : 0);
    const [dx, dy] = [by(at.x, view.size.width), by(at.y, view.size.height)];
    if (!dx && !dy) return;
    const bounded = (n: number) => Math.max(-SPEED, Math.min(SPEED, n / 3));
    panBy(bounded(dx), bounded(dy));
    press.gesture.move(point(last), last);
  };

  function down(e: PointerEvent) {
    if (press?.gesture) return cancel(); // a second button or finger
    press = undefined;
    if (!view.scene.doc || (e.button !== 0 && e.button !== 2) || space || useSettings.getState().tool === 'hand') return;
    const found = hit(e);
    if (e.button === 2) {
      press = { id: e.pointerId, button: 2, at: screen(e), click: () => openMenu(found, { x: e.clientX, y: e.clientY }) };
      return;
    }
    if (isOwn(e) && found.kind !== 'socket') {
      const key = found.kind === 'node' ? found.node.key : undefined;
      if (key && !(e.target as Element).closest('.graph-find, .graph-map, .crumbs') && !chosen().has(key)) pick(key, e);
      return;
    }
    press = { id: e.pointerId, button: 0, at: screen(e), ...onHit(found, point(e), e) };
    if (e.pointerType === 'touch' && !claims(found)) delete press.begin; // a finger on empty ground moves the canvas
    if (found.kind === 'socket') e.stopPropagation();
  }

  /** A finger moves what is chosen, and takes links. */
  const claims = (found: Hit) => found.kind === 'socket' || (found.kind === 'node' && chosen().has(found.node.key) && wasChosen === found.node.key);
  let wasChosen: string | undefined;

  function moved(e: PointerEvent) {
    if (!press) return hover(e);
    if (e.pointerId !== press.id) return;
    const at = screen(e);
    if (!press.gesture) {
      if (Math.hypot(at.x - press.at.x, at.y - press.at.y) < BEGINS) return;
      press.gesture = press.begin?.();
      press.click = undefined;
      if (!press.gesture) return;
      graph.setPointerCapture(e.pointerId);
      if (press.gesture.pans) graph.dataset['cursor'] = 'grab';
      else along ||= requestAnimationFrame(follow);
    }
    last = e;
    press.gesture.move(point(e), e);
  }

  function up(e: PointerEvent) {
    if (!press || e.pointerId !== press.id) return;
    const { gesture, click } = press;
    end();
    if (gesture) gesture.drop(point(e), e);
    else click?.();
    const found = hit(e);
    wasChosen = found.kind === 'node' ? found.node.key : undefined;
  }

  function hover(e: PointerEvent) {
    if (e.pointerType === 'touch' || e.buttons) return;
    const over = isOwn(e) ? undefined : hit(e);
    const key = over?.kind === 'link' ? over.link.key : over?.kind === 'reroute' ? over.reroute.key : over?.kind === 'group' ? over.group.key : undefined;
    const shape = over && 'part' in over && over.part === 'corner' ? 'nwse-resize' : over?.kind === 'socket' ? 'crosshair' : '';
    if (graph.dataset['cursor'] !== shape) graph.dataset['cursor'] = shape;
    if (view.over === key) return;
    view.over = key;
    repaint();
  }

  function doubled(e: MouseEvent) {
    if (isOwn(e)) return;
    const found = hit(e);
    if (found.kind === 'node' && found.part === 'title') startRenaming(found.node.key);
    else if (found.kind === 'group') startRenaming(found.group.key);
    else startInserting(found, point(e), screen(e));
  }

  const keyed = (e: KeyboardEvent) => {
    if (e.key === ' ') space = e.type === 'keydown' && !(e.target instanceof Element && e.target.closest('input, textarea, button, [role="switch"]'));
    if (e.key !== 'Escape' || e.type !== 'keydown' || !press) return;
    const held = press.gesture !== undefined;
    cancel();
    if (!held) return;
    e.preventDefault();
    e.stopPropagation();
  };

  graph.addEventListener('pointerdown', down, { capture: true, signal });
  graph.addEventListener('pointermove', moved, { signal });
  graph.addEventListener('pointerup', up, { capture: true, signal });
  graph.addEventListener('pointercancel', cancel, { signal });
  graph.addEventListener('touchstart', (e) => press?.begin && e.stopPropagation(), { capture: true, signal });
  graph.addEventListener('dblclick', doubled, { signal });
  graph.addEventListener('contextmenu', menuAsked, { capture: true, signal });
  addEventListener('keydown', keyed, { capture: true, signal });
  addEventListener('keyup', keyed, { capture: true, signal });

  /** By a key or a long touch; the right button's own comes when it is let go. */
  function menuAsked(e: MouseEvent) {
    if (e.target instanceof Element && e.target.closest('input, textarea')) return;
    e.preventDefault();
    if (e.button === 2 || !view.scene.doc) return;
    cancel();
    if ('pointerType' in e && e.pointerType === 'touch') openMenu(hit(e), { x: e.clientX, y: e.clientY });
    else openMenuHere();
  }
  return () => {
    cancel();
    ending.abort();
  };
}
