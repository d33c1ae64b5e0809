// The pipelines that are shared here, beside the templates: opened as copies, run as forms, duplicated.
import { useId } from 'react';
import { Icon } from '../app/Icon.tsx';
import { match } from '../app/match.ts';
import { useRoom } from '../i18n/room.ts';
import { share } from '../i18n/words/share.ts';
import type { SharedFile } from './read-shared.ts';
import { duplicateShared, openShared, pictureOf, runShared, useShared } from './shared.ts';
import '../style/share.css';

function Needs({ file }: { file: SharedFile }) {
  const words = useRoom(share);
  const missing = file.models.filter((m) => !m.here);
  const lacks = missing.length + file.unknown.length > 0;
  const says = missing.length ? words.missing(missing.map((m) => m.name).join(', ')) : file.unknown.length ? words.unknown(file.unknown.join(', ')) : words.ready(file.models.length);
  return (
    <span className="needs" data-missing={lacks}>
      <Icon name={lacks ? 'warning' : 'check'} />
      {says}
    </span>
  );
}

function Card({ file, close }: { file: SharedFile; close: () => void }) {
  const words = useRoom(share);
  const id = useId();
  const by = [file.author, file.licence].filter(Boolean).join(' · ');
  const way = (label: string, name: string, go: (file: SharedFile) => Promise<unknown>) => (
    <button className="plain" aria-label={name} disabled={!file.read} onClick={() => (close(), void go(file))}>
      {label}
    </button>
  );
  return (
    <article className="card" aria-labelledby={id}>
      {file.picture ? <img src={pictureOf(file)} alt="" loading="lazy" decoding="async" width={160} height={160} /> : <span className="blank"><Icon name={file.error ? 'warning' : 'file'} /></span>}
      <strong id={id}>{file.title}</strong>
      {by && <span className="by">{by}</span>}
      {file.folder && <span>{file.folder}</span>}
      {file.error !== undefined ? <span className="fault">{file.error}</span> : file.read && <Needs file={file} />}
      {file.error === undefined && (
        <span className="ways">
          {way(words.open, words.openOf(file.title), openShared)}
          {way(words.run, words.runOf(file.title), runShared)}
          {way(words.keep, words.keepOf(file.title), duplicateShared)}
        </span>
      )}
    </article>
  );
}

export function SharedList({ query, close }: { query: string; close: () => void }) {
  const words = useRoom(share);
  const { files, reading, leftOut, fault } = useShared();
  const found = files.filter((f) => match(query, `${f.title} ${f.name} ${f.author}`) > 0);
  return (
    <div className="shared" role="region" aria-label={words.list}>
      {fault !== undefined && <p role="alert">{words.unread(fault)}</p>}
      <div className="cards" aria-busy={reading}>
        {found.map((f) => (
          <Card key={f.name} file={f} close={close} />
        ))}
      </div>
      {reading && <p role="status">{words.reading}</p>}
      {!found.length && !reading && fault === undefined && <p>{files.length ? words.none : words.empty}</p>}
      {leftOut > 0 && <p>{words.leftOut(leftOut)}</p>}
    </div>
  );
}
