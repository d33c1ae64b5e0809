// Which pictures the viewer shows: anybody opens it with a list, and it goes through that list.
import { create } from 'zustand';
import type { OutputFile } from '../net/files.ts';

interface Viewing {
  files: readonly OutputFile[]; // empty: nothing is shown
  at: number;
}

export const useViewer = create<Viewing>(() => ({ files: [], at: 0 }));

export function view(files: readonly OutputFile[], at = 0) {
  useViewer.setState({ files, at: Math.min(Math.max(0, at), Math.max(0, files.length - 1)) });
}

export function closeViewer() {
  useViewer.setState({ files: [], at: 0 });
}

/** The next one, or the one before; around the ends. */
export function viewNext(by: 1 | -1) {
  useViewer.setState(({ files, at }) => ({ at: files.length ? (at + by + files.length) % files.length : 0 }));
}
