// Weights of words in prompts, which Ctrl+Up and Ctrl+Down change; fetched when somebody first does.
import { type } from './typing.ts';

const WEIGHTED = /^\((.*):(-?\d+(?:\.\d+)?)\)$/s;

/** A word or a selection with its weight changed: "cat" -> "(cat:1.05)", and back at 1. */
export function weighted(text: string, by: number): string {
  const [, inner = text, told = '1'] = WEIGHTED.exec(text) ?? [];
  const weight = Math.round((Number(told) + by) * 100) / 100;
  return weight === 1 ? inner : `(${inner}:${weight.toFixed(2).replace(/0$/, '')})`;
}

/** What a selection or a caret stands in: the weighted brackets around it, else the selection, else the word. */
export function spanAround(text: string, from: number, to: number): [number, number] {
  const open = text.lastIndexOf('(', from);
  const close = text.indexOf(')', Math.max(to - 1, open));
  if (open >= 0 && close >= 0 && !text.slice(open + 1, from).includes(')') && WEIGHTED.test(text.slice(open, close + 1))) return [open, close + 1];
  if (from !== to) return [from, to];
  const letter = /[^\s,()|{}]/;
  let [a, b] = [from, to];
  while (a > 0 && letter.test(text[a - 1] ?? '')) a--;
  while (b < text.length && letter.test(text[b] ?? '')) b++;
  return [a, b];
}

/** Of what is chosen in a field, or of the word at its caret. */
export function changeWeight(box: HTMLTextAreaElement, by: number) {
  const [from, to] = spanAround(box.value, box.selectionStart, box.selectionEnd);
  if (from >= to || document.activeElement !== box) return;
  const text = weighted(box.value.slice(from, to), by);
  type(box, from, to, text);
  box.setSelectionRange(from, from + text.length);
}
