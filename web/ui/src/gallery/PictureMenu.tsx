// What is done with one picture: looked at, its workflow opened, saved, copied, given to a node, compared, marked, thrown away.
import { useEffect } from 'react';
import { createPortal } from 'react-dom';
import { activeDocument } from '../app/documents.ts';
import { Menu, type MenuItem } from '../app/Menu.tsx';
import { say } from '../app/toasts.ts';
import { compare } from '../compare/comparing.ts';
import { roomWords, useRoom } from '../i18n/room.ts';
import { gallery } from '../i18n/words/gallery.ts';
import { picture } from '../i18n/words/picture.ts';
import { keyOf, mediaOf, nameOf, viewOf, type OutputFile } from '../net/files.ts';
import { useOutputs } from '../net/outputs.ts';
import { attempt } from '../run/actions.ts';
import { closeViewer, view } from '../run/viewer.ts';
import { giveToLoader, openPictures, trash } from './actions.ts';
import { fetchStars, toggleStars, useGallery } from './gallery.ts';

interface Props {
  file: OutputFile;
  files: readonly OutputFile[]; // beside which it stands
  at: { x: number; y: number };
  dialog?: Element | undefined; // it stands in one
  further?: (() => void) | undefined;
  close: () => void;
}

const isImage = (file: OutputFile) => mediaOf(file) === 'image';

function save(file: OutputFile) {
  const link = document.createElement('a');
  link.href = viewOf(file);
  link.download = file.filename;
  link.click();
}

/** Clipboards take PNG. */
async function asPng(file: OutputFile): Promise<Blob> {
  const answer = await fetch(viewOf(file));
  if (!answer.ok) throw new Error(`${file.filename}: ${answer.status} ${answer.statusText}`);
  const blob = await answer.blob();
  if (blob.type === 'image/png') return blob;
  const bitmap = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  return canvas.convertToBlob();
}

async function copy(file: OutputFile) {
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': asPng(file) })]);
  say((w) => roomWords(picture, w).copied);
}

/** The picture that is chosen in the gallery, else the only other one beside it. */
function otherOf(file: OutputFile, files: readonly OutputFile[]): OutputFile | undefined {
  const { chosen } = useGallery.getState();
  const others = (of: readonly OutputFile[]) => of.filter((f) => isImage(f) && keyOf(f) !== keyOf(file));
  const picked = others(useOutputs.getState().files.filter((f) => chosen.includes(keyOf(f))));
  const beside = others(files);
  return picked.length === 1 ? picked[0] : beside.length === 1 ? beside[0] : undefined;
}

export function PictureMenu({ file, files, at, dialog, further, close }: Props) {
  const words = useRoom(gallery);
  const own = useRoom(picture);
  const starred = useGallery((s) => s.stars.has(keyOf(file)));
  const other = otherOf(file, files);
  const viewed = dialog?.matches('.viewer') === true;
  const open = activeDocument() !== undefined;
  const item = (label: string, run: () => unknown, line?: boolean): MenuItem => ({ label, line, run: () => void run() });
  const away = <T,>(does: () => T) => () => (viewed && closeViewer(), does());
  const items = [
    ...(viewed ? [] : [item(words.look, () => view(files, files.findIndex((f) => keyOf(f) === keyOf(file))))]),
    item(words.open, away(() => openPictures([file]))),
    ...(isImage(file) && open ? [item(words.give, away(() => giveToLoader(file)))] : []),
    ...(isImage(file) && other ? [item(own.compareWith(nameOf(other)), away(() => compare(other, file)))] : []),
    item(own.save, () => save(file), true),
    ...(isImage(file) && typeof ClipboardItem !== 'undefined' && window.isSecureContext ? [item(own.copy, () => attempt(copy(file)))] : []),
    ...(file.type === 'output'
      ? [item(starred ? words.unstar : words.star, () => attempt(toggleStars([file])), true), item(words.trash, away(() => trash([file])))]
      : []),
    ...(further ? [item(own.further, further, true)] : []),
  ];

  useEffect(() => {
    if (file.type === 'output') fetchStars().catch(console.warn);
  }, []);
  return createPortal(<Menu label={own.menu} items={items} at={at} close={close} />, dialog ?? document.querySelector('main') ?? document.body);
}
