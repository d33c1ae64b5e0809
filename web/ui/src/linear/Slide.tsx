// Beside a number in the App view a slider, for hands and fingers; keys have the number itself.
import type { Document } from '../doc/document.ts';
import { useValue } from '../widgets/field.ts';
import type { FieldAt } from './fields.ts';
import { rangeOf } from './range.ts';

export function Slide({ doc, field: { node, widget }, name }: { doc: Document; field: FieldAt; name: string }) {
  const { value, set, begin } = useValue(doc, node, widget);
  const range = widget.linked ? undefined : rangeOf(widget.name, widget.def, value);
  if (!range) return null;
  return (
    <input type="range" className="slide" tabIndex={-1} aria-label={name} {...range} value={Number(value)} onPointerDown={begin} onChange={(e) => set(Number(e.target.value))} />
  );
}
