// The pictures that the last run of a document gave.
import { keyOf, mediaOf, type OutputFile } from '../net/files.ts';
import { runOf } from '../run/run.ts';

const MOST = 6;

/** Those that stay before those that do not; each once. */
export function getLastPictures(uid: string): OutputFile[] {
  const all = Object.values(runOf(uid).nodes).flatMap((n) => n.files).filter((f) => mediaOf(f) === 'image' && /\.(png|webp|jpe?g)$/i.test(f.filename));
  const sorted = [...all.filter((f) => f.type === 'output'), ...all.filter((f) => f.type !== 'output')];
  return [...new Map(sorted.map((f) => [keyOf(f), f])).values()].slice(0, MOST);
}
