// The colours of style/tokens.css, as a drawing on a canvas element needs them: worked out by the browser, once a theme.
import { colorOf } from '../defs/types.ts';

const known = new Map<string, string>();
let probe: HTMLElement | undefined;
let thick = 1;

/** An element of the page in whose theme colours are read. */
export function readColoursAt(element: HTMLElement) {
  probe = element;
  forgetColours();
}

export function forgetColours() {
  known.clear();
  if (probe) thick = parseFloat(getComputedStyle(probe).getPropertyValue('--line')) || 1;
}

/** Of a border, in screen pixels; of what is chosen, runs or is wrong. */
export const lineOf = (bold: unknown) => (bold ? 2 * thick : thick);

/** Of any CSS colour: what it is now. */
export function colour(css: string): string {
  let found = known.get(css);
  if (found !== undefined) return found;
  if (!probe) return 'gray';
  probe.style.color = '';
  probe.style.color = css;
  known.set(css, (found = getComputedStyle(probe).color));
  return found;
}

export const token = (name: string) => colour(`var(--${name})`);
export const typeColour = (type: string) => colour(colorOf(type));

/** A colour of a file; undefined for what is none. */
export function fileColour(text: string | undefined): string | undefined {
  return text !== undefined && text.length < 64 && CSS.supports('color', text) ? text : undefined;
}
