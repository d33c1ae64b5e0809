// Which picture's mask is edited now; anybody begins it, and is told the file's new name.
import { create } from 'zustand';
import type { OutputFile } from '../net/files.ts';

export interface Masking {
  file: OutputFile;
  saved: (value: string) => void; // "clipspace/mask-1.png [input]"
}

export const useMasking = create<{ now?: Masking | undefined }>(() => ({}));

export function editMask(file: OutputFile, saved: Masking['saved']) {
  useMasking.setState({ now: { file, saved } });
}

export function endMasking() {
  useMasking.setState({ now: undefined });
}
