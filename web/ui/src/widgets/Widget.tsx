// A field of a node, as the class wants it. Who draws the node gives it its place; here it fills that.
import { useSettings } from '../app/settings.ts';
import { sentence, slotLabel } from '../defs/labels.ts';
import type { Document } from '../doc/document.ts';
import type { JsonObject } from '../doc/json.ts';
import type { WidgetShape } from '../doc/shape.ts';
import { langOf } from '../i18n/lang.ts';
import { useWords } from '../i18n/words.ts';
import { useFault } from '../run/run.ts';
import '../style/widgets.css';
import '../style/widgets-large.css';
import '../style/choices.css';
import { useValue, type Field } from './field.ts';
import { ControlButton } from './Seed.tsx';
import { kinds } from './table.ts';
import { isKnown, toText } from './values.ts';

interface Props {
  doc: Document;
  node: JsonObject;
  shape: WidgetShape;
  /** As the prompt names the node: "12:3"; without, the node's own id. */
  name?: string;
}

export function Widget({ doc, node, shape, name = String(node['id']) }: Props) {
  const words = useWords().widgets;
  const naming = useSettings((s) => s.naming);
  const fault = useFault(doc.uid, name, shape.name);
  const { value, set, begin } = useValue(doc, node, shape);
  const { def } = shape;
  const text = slotLabel(shape.name, shape.label, naming, def?.label);
  const wrong = !shape.linked && (fault !== undefined || !isKnown(value, def));
  const kind = kinds[def?.widget ?? 'json'];
  const field: Field = {
    doc, node, shape, def, value, set, begin, wrong,
    label: shape.linked ? words.linked(text) : text,
    why: fault?.message ?? (wrong ? words.wrongValue(toText(value, def)) : undefined),
    fixed: shape.linked || (shape.place === undefined && shape.source === undefined),
  };
  const controlled = shape.control !== undefined && def?.widget !== 'seed';
  return (
    <div className="widget" data-kind={def?.widget ?? 'json'} data-wrong={wrong} data-fixed={field.fixed} data-tall={shape.height > 30}>
      {kind.label === 'beside' && text !== '' && (
        <span className="label" aria-hidden="true" lang={langOf(text, naming)} data-both={naming === 'both'} title={[text, sentence(def?.tooltip, naming)].filter(Boolean).join('\n')}>
          {text}
        </span>
      )}
      <kind.View field={field} />
      {controlled && <ControlButton field={field} />}
    </div>
  );
}
