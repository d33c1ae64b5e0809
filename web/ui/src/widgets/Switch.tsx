// Yes or no.
import { isComposing, leave, tab, type Field } from './field.ts';
import { useWords } from '../i18n/words.ts';

const word = (value: unknown, otherwise: string) => (typeof value === 'string' && value !== '' ? value : otherwise);

export function Switch({ field }: { field: Field }) {
  const words = useWords().widgets;
  const on = field.value === true;
  const options = field.def?.options;
  const turn = () => {
    if (field.fixed) return;
    field.begin();
    field.set(!on);
  };
  return (
    <span
      className="shown switch nodrag"
      data-field
      role="switch"
      tabIndex={-1}
      aria-label={field.label}
      aria-checked={on}
      aria-disabled={field.fixed || undefined}
      onClick={turn}
      onKeyDown={(e) => {
        if (isComposing(e) || tab(e)) return;
        if (e.key === ' ' || e.key === 'Enter') turn();
        else if (e.key === 'Escape') leave(e.currentTarget);
        else return;
        e.preventDefault();
        e.stopPropagation();
      }}
    >
      <span>{on ? word(options?.['label_on'], words.on) : word(options?.['label_off'], words.off)}</span>
      <span className="knob" />
    </span>
  );
}
