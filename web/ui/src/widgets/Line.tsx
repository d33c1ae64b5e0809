// One line of text; and values that no other field knows, as JSON.
import type { Field } from './field.ts';
import { TextBox } from './TextBox.tsx';
import { fromText, toText } from './values.ts';

export function Line({ field }: { field: Field }) {
  const hint = field.def?.options['placeholder'];
  return (
    <TextBox
      field={field}
      text={toText(field.value, field.def)}
      live
      put={(text) => {
        field.set(text);
        return true;
      }}
      {...(typeof hint === 'string' ? { placeholder: hint } : {})}
    />
  );
}

/** A text stays one; all else has to be JSON. */
export function Other({ field }: { field: Field }) {
  const put = (text: string) => {
    const next = typeof field.value === 'string' ? text : fromText(text, JSON_INPUT);
    if (next !== undefined) field.set(next);
    return next !== undefined;
  };
  return <TextBox field={field} text={toText(field.value, undefined)} put={put} />;
}

const JSON_INPUT = { name: '', label: '', type: '*', required: false, advanced: false, widget: 'json', options: {} } as const;
