// Where on the screen a letter of a textarea stands: a copy of its text is laid out as it is, out of sight, and measured.
const SAME = [
  'boxSizing', 'paddingTop', 'paddingRight', 'paddingBottom', 'paddingLeft', 'borderTopWidth', 'borderRightWidth', 'borderBottomWidth', 'borderLeftWidth',
  'fontFamily', 'fontSize', 'fontWeight', 'fontStyle', 'fontVariantNumeric', 'letterSpacing', 'lineHeight', 'tabSize', 'textAlign', 'overflowWrap', 'wordBreak',
] as const;

/** The line's height, and nothing wide; a canvas that is zoomed is counted in. */
export function boxOfCaret(box: HTMLTextAreaElement, at: number): DOMRect {
  const copy = document.createElement('div');
  const mark = document.createElement('span');
  const style = getComputedStyle(box);
  const seen = box.getBoundingClientRect();
  const zoom = seen.width / Math.max(1, box.offsetWidth);

  for (const name of SAME) copy.style[name] = style[name];
  Object.assign(copy.style, { position: 'fixed', visibility: 'hidden', top: '0', left: '0', whiteSpace: 'pre-wrap', borderStyle: 'solid' });
  copy.style.width = `${box.clientWidth + parseFloat(style.borderLeftWidth) + parseFloat(style.borderRightWidth)}px`; // without a scrollbar
  mark.textContent = '\u200b';
  copy.append(box.value.slice(0, at), mark, box.value.slice(at));
  document.body.append(copy);
  const [x, y, height] = [mark.offsetLeft - box.scrollLeft, mark.offsetTop - box.scrollTop, mark.offsetHeight];
  copy.remove();
  return new DOMRect(seen.left + x * zoom, seen.top + Math.max(0, Math.min(y, box.clientHeight - height)) * zoom, 0, height * zoom);
}
