// The mark of a kind of values, for lists.
import { colorOf, pathOf } from '../defs/types.ts';

export function TypeMark({ type }: { type: string }) {
  return (
    <svg className="type-mark" viewBox="0 0 12 12" style={{ color: colorOf(type) }} aria-hidden="true">
      <path d={pathOf(type)} />
    </svg>
  );
}
