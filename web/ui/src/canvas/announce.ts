// What assistive technology is told of an action, in a polite region of the page.
import { create } from 'zustand';

export const useSaid = create<{ said: string }>(() => ({ said: '' }));

let timer: ReturnType<typeof setTimeout> | undefined;

/** Of two at once the later one is said. */
export function announce(said: string) {
  useSaid.setState({ said: '' });
  clearTimeout(timer);
  timer = setTimeout(() => useSaid.setState({ said }), 50); // the same sentence twice is two sentences
}
