// A text for the clipboard, also where a page of plain http has none: a browser copies what is chosen in a field.

function copyChosen(text: string): boolean {
  const field = document.createElement('textarea');
  const before = document.activeElement;
  field.value = text;
  field.className = 'unseen';
  (before?.closest('dialog') ?? document.body).append(field); // behind a dialog nothing can be chosen
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return done;
}

/** Whether it is there. */
export const putText = async (text: string): Promise<boolean> =>
  (await navigator.clipboard?.writeText(text).then(() => true, () => false)) || copyChosen(text);
