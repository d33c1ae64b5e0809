// A text put into a field by the page, as if it were typed: so Ctrl+Z of the field knows of it.

export function type(box: HTMLTextAreaElement, from: number, to: number, text: string) {
  box.setSelectionRange(from, to);
  if (!document.execCommand('insertText', false, text)) box.setRangeText(text, from, to, 'end');
}
