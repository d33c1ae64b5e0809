// Which two pictures are compared, and how.
import { create } from 'zustand';
import type { OutputFile } from '../net/files.ts';

export const MODES = ['slider', 'beside', 'flicker', 'difference'] as const;
export type Mode = (typeof MODES)[number];

interface Comparing {
  pair?: readonly [OutputFile, OutputFile] | undefined;
  mode: Mode;
}

export const useComparing = create<Comparing>(() => ({ mode: 'slider' }));

export function compare(a: OutputFile, b: OutputFile) {
  useComparing.setState({ pair: [a, b] });
}

export function stopComparing() {
  useComparing.setState({ pair: undefined });
}
