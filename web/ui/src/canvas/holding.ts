// Nodes that keep their body wherever the canvas is: one whose sound or film is being played, and one that is being written in.
import { create } from 'zustand';

export const useHeld = create<{ playing: readonly string[]; writing?: string | undefined }>(() => ({ playing: [] }));

const keyOf = (target: EventTarget | null) => (target instanceof Element ? target.closest<HTMLElement>('.react-flow__node')?.dataset['id'] : undefined);

/** Small films that play by themselves and without a sound begin again when they are seen again. */
const isHeard = (of: EventTarget | null) => of instanceof HTMLMediaElement && !(of.muted && of.autoplay);

/** Another graph is on the screen: what played in the other one is gone. */
export const letGo = () => useHeld.setState({ playing: [], writing: undefined });

/** Listens on the canvas; returns what ends it. */
export function startHolding(graph: HTMLElement): () => void {
  const ending = new AbortController();
  const how = { capture: true, signal: ending.signal }; // events of media do not rise
  const played = (e: Event) => {
    const key = isHeard(e.target) ? keyOf(e.target) : undefined;
    if (key === undefined) return;
    const others = useHeld.getState().playing.filter((k) => k !== key);
    useHeld.setState({ playing: e.type === 'play' ? [...others, key] : others });
  };
  for (const type of ['play', 'pause', 'ended', 'error']) graph.addEventListener(type, played, how);
  graph.addEventListener('focusin', (e) => {
    if (e.target instanceof Element && e.target.matches('input, textarea')) useHeld.setState({ writing: keyOf(e.target) });
  }, how);
  graph.addEventListener('focusout', () => useHeld.setState({ writing: undefined }), how);
  return () => ending.abort();
}
