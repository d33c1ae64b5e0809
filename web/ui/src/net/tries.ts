// Pictures that cannot be had are asked for again: once a little later, for the server may be busy with others, and whenever it is back.
import { useState } from 'react';
import { create } from 'zustand';
import { useServer } from './server.ts';

const AGAIN_MS = 1500;
const useComings = create(() => ({ n: 0 })); // how often the server came
useServer.subscribe((now, before) => now.there && !before.there && useComings.setState((s) => ({ n: s.n + 1 })));

/** For the picture at an address: its key, whether it is given up, and what hears that it failed. */
export function useTries(src: string): readonly [key: number, broken: boolean, failed: () => void] {
  const comings = useComings((s) => s.n);
  const [of, setOf] = useState({ src, comings, failures: 0 });
  const failures = of.src === src && of.comings === comings ? of.failures : 0;
  const failed = () =>
    void setTimeout(() => setOf({ src, comings: useComings.getState().n, failures: failures + 1 }), failures ? 0 : AGAIN_MS);
  return [failures, failures > 1, failed];
}
