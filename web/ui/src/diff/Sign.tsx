// The sign of a kind of change, as it is drawn on the canvas: told by its shape as well as by its colour.
import type { Item } from './changes.ts';

const SHAPES: Record<Item['how'], string> = {
  added: 'M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z',
  changed: 'M10 1 19 10 10 19 1 10Z',
  removed: 'M2.5 2.5h15v15h-15Z',
  placed: 'M2.5 2.5h15v15h-15Z',
};
const SIGNS: Record<Item['how'], string> = {
  added: 'M6 10h8M10 6v8',
  changed: 'M5.6 10.8C7 7.6 8.6 8.8 10 10s3 2.4 4.4-.8',
  removed: 'M6 10h8',
  placed: 'M5.6 10h8.8M11.4 7l3 3-3 3',
};

export function Sign({ how }: { how: Item['how'] }) {
  return (
    <svg className="diff-sign" data-how={how} viewBox="0 0 20 20" aria-hidden="true">
      <path d={SHAPES[how]} className="ground" />
      <path d={SIGNS[how]} className="sign" />
    </svg>
  );
}
