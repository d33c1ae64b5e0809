// A colour: a patch of it that opens the browser's own chooser, and its number.
import { useWords } from '../i18n/words.ts';
import { isComposing, leave, tab, type Field } from './field.ts';
import { TextBox } from './TextBox.tsx';
import { fromText, toText } from './values.ts';

const plain = (text: string) => (/^#[0-9a-f]{6}/i.test(text) ? text.slice(0, 7) : text.replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3'));

export function Color({ field }: { field: Field }) {
  const words = useWords().widgets;
  const text = toText(field.value, field.def);
  const put = (typed: string) => {
    const next = fromText(typed, field.def);
    if (next !== undefined) field.set(next);
    return next !== undefined;
  };
  return (
    <>
      <TextBox field={field} text={text} put={put} />
      <input
        type="color"
        className="patch nodrag"
        data-field
        tabIndex={-1}
        disabled={field.fixed}
        aria-label={words.pickColor(field.label)}
        value={plain(text)}
        onFocus={field.begin}
        onChange={(e) => field.set(e.currentTarget.value)}
        onKeyDown={(e) => {
          if (isComposing(e) || tab(e)) return;
          if (e.key === 'Escape') leave(e.currentTarget);
          e.stopPropagation();
        }}
      />
    </>
  );
}
