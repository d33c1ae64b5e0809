// Dialogs: each is a question, and who asked gets the answer; undefined when it was closed without one.
import type { ReactNode } from 'react';
import { create } from 'zustand';

interface Asked {
  id: number;
  body: ReactNode;
  close: () => void; // without an answer
}

export const useAsked = create<{ asked: readonly Asked[] }>(() => ({ asked: [] }));
let last = 0;

export function ask<T>(body: (answer: (value?: T) => void) => ReactNode): Promise<T | undefined> {
  const id = ++last;
  return new Promise((resolve) => {
    const answer = (value?: T) => {
      useAsked.setState((s) => ({ asked: s.asked.filter((a) => a.id !== id) }));
      resolve(value);
    };
    useAsked.setState((s) => ({ asked: [...s.asked, { id, body: body(answer), close: () => answer() }] }));
  });
}
