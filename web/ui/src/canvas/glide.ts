// Moves an element many times a second. A transform that is written as a style has browsers work out the layers of the whole page anew, which
// with some dozen bodies costs ten times what moving them does; one that an animation at rest has is simply taken over.

export interface Glider {
  to(place: string): void;
  /** The element's own style counts again. */
  rest(): void;
}

export function glider(element: HTMLElement | null | undefined, by: 'transform' | 'translate' = 'transform'): Glider {
  let held: Animation | undefined;
  return {
    to(place) {
      const frames = { [by]: [place, place] };
      if (held) return (held.effect as KeyframeEffect).setKeyframes(frames);
      held = element?.animate(frames, { duration: 1, fill: 'both' });
      held?.pause();
    },
    rest() {
      held?.cancel();
      held = undefined;
    },
  };
}
