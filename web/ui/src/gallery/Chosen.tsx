// What is known of the chosen pictures, and what can be done with them.
import { useEffect, useState } from 'react';
import { useActive } from '../app/documents.ts';
import { Icon, type IconName } from '../app/Icon.tsx';
import { compare } from '../compare/comparing.ts';
import { useDefs } from '../defs/defs.ts';
import { bytes } from '../i18n/format.ts';
import { keyOf, mediaOf, nameOf } from '../net/files.ts';
import type { Output } from '../net/outputs.ts';
import { attempt } from '../run/actions.ts';
import { view } from '../run/viewer.ts';
import { giveToLoader, openPictures, takeValuesOf, trash } from './actions.ts';
import { chooseNone, toggleStars, useGallery } from './gallery.ts';
import { tellsOf, type TellsOf } from './told.ts';
import { workflowOf } from './workflows.ts';
import { useRoom } from '../i18n/room.ts';
import { gallery } from '../i18n/words/gallery.ts';

const STAYS_MS = 250;

/** Once somebody stays with a picture: its workflow is read out of it. */
function useTold(file: Output): TellsOf | undefined {
  const defs = useDefs((s) => s.defs);
  const [told, setTold] = useState<TellsOf>();
  const key = keyOf(file);
  useEffect(() => {
    let here = true;
    setTold(undefined);
    const read = async () => {
      const doc = mediaOf(file) === 'image' ? await workflowOf(file) : undefined;
      if (here && doc) setTold(tellsOf(doc, defs));
    };
    const timer = setTimeout(() => void read().catch(() => {}), STAYS_MS); // one that cannot be read says nothing of itself
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [key, file.version, defs]);
  return told;
}

function Told({ file }: { file: Output }) {
  const words = useRoom(gallery);
  const told = useTold(file);
  const line = told && [told.models.map((m) => m.replace(/\.(safetensors|sft|ckpt)$/i, '')).join(', '), told.seeds.length ? words.seeds(told.seeds.join(', ')) : ''].filter(Boolean).join(' · ');
  return line ? <span title={line}>{line}</span> : null;
}

function Known({ file }: { file: Output }) {
  const words = useRoom(gallery);
  const { width, height, bytes: size, at } = file;
  const when = new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' } as Intl.DateTimeFormatOptions);
  return (
    <p className="known">
      <span>{[width && height ? `${width} × ${height}` : '', size ? bytes(size) : '', at ? when : ''].filter(Boolean).join(' · ')}</span>
      <Told file={file} />
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
  const mark = (icon: IconName, says: string, does: () => unknown, on?: boolean) => (
    <button className="icon" aria-label={says} title={says} data-on={on} onClick={() => void does()}>
      <Icon name={icon} />
    </button>
  );
  return (
    <section className="chosen" aria-label={words.chosen(picked.length)}>
      <header>
        <strong title={two ? undefined : nameOf(one)}>{two ? words.chosen(picked.length) : nameOf(one)}</strong>
        {mark('star', allStarred ? words.unstar : words.star, () => attempt(toggleStars(picked)), allStarred)}
        {mark('trash', words.trash, () => trash(picked))}
        {mark('close', words.none, chooseNone)}
      </header>
      {!two && <Known file={one} />}
      <div className="tools">
        {two && tool('image', words.compare, () => compare(one, two), picked.length !== 2 || images !== 2)}
        {!two && tool('search', words.look, () => view(files, files.indexOf(one)))}
        {tool('file', two ? words.openTabs : words.open, () => openPictures(picked))}
        {!two && tool('pencil', words.take, () => takeValuesOf(one), !at)}
        {!two && tool('image', words.give, () => giveToLoader(one), !at || !images)}
        {!two && tool('pencil', words.takePrompt, () => takeValuesOf(one, 'prompt'), !at)}
        {!two && tool('pencil', words.takeSeed, () => takeValuesOf(one, 'seed'), !at)}
      </div>
    </section>
  );
}
