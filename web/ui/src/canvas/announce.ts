// What assistive technology is told of an action, in a polite region of the page.
import { create } from 'zustand';

export const useSaid = create<{ said: string }>(() => ({ said: '' }));

export function announce(said: string) {
  useSaid.setState({ said: '' });
  setTimeout(() => useSaid.setState({ said }), 50); // the same sentence twice is two sentences
}
