// A field's value as text and back, kind by kind: what is shown, copied and typed.
import type { InputDef, WidgetKind } from '../defs/def.ts';
import { parse as parseJson, print, type Json } from '../doc/json.ts';
import { isNum, numberText, readNumber } from './numbers.ts';

/** What a field shows; what is of another kind than it should be is shown as it is. */
export function toText(value: Json | undefined, def: InputDef | undefined): string {
  if (value === undefined || value === null) return '';
  if (isNum(value)) return def?.widget === 'float' ? numberText(value, def) : String(value);
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && def?.widget === 'choices') return value.map((v) => toText(v, undefined)).join(', ');
  return print(value);
}

function readJson(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

const COLOR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i;

/** What was typed; undefined for what the kind cannot be. */
export function fromText(text: string, def: InputDef | undefined): Json | undefined {
  switch (def?.widget) {
    case 'int':
    case 'float':
    case 'seed':
      return readNumber(text, def);
    case 'boolean':
      return /^(true|yes|on|1)$/i.test(text.trim()) ? true : /^(false|no|off|0)$/i.test(text.trim()) ? false : undefined;
    case 'choice':
    case 'upload':
      return choiceOf(text, def);
    case 'color':
      return COLOR.test(text.trim()) ? text.trim() : undefined;
    case 'choices':
    case 'box':
    case 'curve':
    case 'range':
    case 'json':
      return readJson(text);
    default:
      return text;
  }
}

/** The choice that reads like that; choices need not be texts. */
export function choiceOf(text: string, def: InputDef): Json {
  return def.choices?.find((c) => toText(c, undefined) === text) ?? text;
}

/** Whether the class knows such a value: of a list, one that is in it; of a number, a number. */
export function isKnown(value: Json | undefined, def: InputDef | undefined): boolean {
  const kind: WidgetKind | undefined = def?.widget;
  const listed = (v: Json) => def?.choices?.some((c) => Object.is(c, v)) ?? false;
  switch (kind) {
    case 'int':
    case 'seed':
      return typeof value === 'bigint' || Number.isInteger(value);
    case 'float':
      return isNum(value);
    case 'choice':
      return value === undefined ? false : listed(value) || Boolean(def?.options['remote']);
    case 'upload':
      return typeof value === 'string' && (listed(value) || / \[(input|output|temp)\]$/.test(value));
    case 'choices':
      return Array.isArray(value) && value.every(listed);
    case 'boolean':
      return typeof value === 'boolean';
    default:
      return true;
  }
}
