// What is known of the chosen pictures, and what can be done with them.
import { useActive } from '../app/documents.ts';
import { Icon, type IconName } from '../app/Icon.tsx';
import { compare } from '../compare/comparing.ts';
import { bytes } from '../i18n/format.ts';
import { keyOf, mediaOf, nameOf } from '../net/files.ts';
import type { Output } from '../net/outputs.ts';
import { attempt } from '../run/actions.ts';
import { view } from '../run/viewer.ts';
import { giveToLoader, openPictures, takeValuesOf, trash } from './actions.ts';
import { chooseNone, toggleStars, useGallery } from './gallery.ts';
import { useRoom } from '../i18n/room.ts';
import { gallery } from '../i18n/words/gallery.ts';

function Known({ file }: { file: Output }) {
  const words = useRoom(gallery);
  const { width, height, bytes: size, at } = file;
  const when = new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' } as Intl.DateTimeFormatOptions);
  return (
    <p className="known">
      <strong>{nameOf(file)}</strong>
      <span>{[width && height ? `${width} × ${height}` : '', size ? bytes(size) : '', at ? when : ''].filter(Boolean).join(' · ')}</span>
      {file.job && <span title={file.job}>{words.madeBy(file.workflow ?? '', file.job.slice(0, 8))}</span>}
    </p>
  );
}

export function Chosen({ files }: { files: readonly Output[] }) {
  const words = useRoom(gallery);
  const { chosen, stars } = useGallery();
  const at = useActive();
  const picked = chosen.map((key) => files.find((f) => keyOf(f) === key)).filter((f) => f !== undefined);
  const [one, two] = picked;
  if (!one) return null;
  const allStarred = picked.every((f) => stars.has(keyOf(f)));
  const images = picked.filter((f) => mediaOf(f) === 'image').length;
  const tool = (icon: IconName, says: string, does: () => unknown, off = false) => (
    <button key={says} disabled={off} onClick={() => void does()}>
      <Icon name={icon} />
      {says}
    </button>
  );
  return (
    <section className="chosen" aria-label={words.chosen(picked.length)}>
      <header>
        {two ? <p className="known">{words.chosen(picked.length)}</p> : <Known file={one} />}
        <button className="icon" aria-label={words.none} title={words.none} onClick={chooseNone}>
          <Icon name="close" />
        </button>
      </header>
      <div className="tools">
        {two && tool('image', words.compare, () => compare(one, two), picked.length !== 2 || images !== 2)}
        {!two && tool('search', words.look, () => view(files, files.indexOf(one)))}
        {tool('file', two ? words.openTabs : words.open, () => openPictures(picked))}
        {!two && tool('pencil', words.take, () => takeValuesOf(one), !at)}
        {!two && tool('pencil', words.takePrompt, () => takeValuesOf(one, 'prompt'), !at)}
        {!two && tool('pencil', words.takeSeed, () => takeValuesOf(one, 'seed'), !at)}
        {!two && tool('image', words.give, () => giveToLoader(one), !at || !images)}
        {tool('star', allStarred ? words.unstar : words.star, () => attempt(toggleStars(picked)))}
        {tool('trash', words.trash, () => trash(picked))}
      </div>
    </section>
  );
}
