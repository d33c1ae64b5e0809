// What things are called in a person's language. Names that a person gave stay as they are, and no file gets any of this.
import type { Language } from '../i18n/languages.ts';
import { zhInputs } from './zh-inputs.ts';

/** An input, an output or a field: `label` is what the file shows, `declared` what its class calls it; where they differ, a
 * person gave it. */
export function slotLabel(name: string, label: string, language: Language, declared = name): string {
  if (label !== name && label !== declared && label !== '') return label;
  return (language === 'zh' ? zhInputs[name] : undefined) ?? (label || name);
}
