// A file of the server's: its name, what it looks like, and how another one gets there: picked, dropped or pasted.
import { createElement, useEffect, useRef, useState, type DragEvent } from 'react';
import { ask } from '../app/ask.ts';
import { Icon } from '../app/Icon.tsx';
import { late } from '../app/late.ts';
import { bytes, percent } from '../i18n/format.ts';
import { useWords } from '../i18n/words.ts';
import { mediaOf, viewOf, type OutputFile } from '../net/files.ts';
import { useTries } from '../net/tries.ts';
import { factsOf } from '../net/facts.ts';
import { editMask } from '../mask/masking.ts';
import { rowKeys } from './Seed.tsx';
import type { Field } from './field.ts';
import { useServer } from '../net/server.ts';
import { fileOf } from './files.ts';
import { Pick } from './Pick.tsx';
import { Sign } from './Sign.tsx';
import { send, useSending, type Sending } from './uploads.ts';
import { useRoom } from '../i18n/room.ts';
import { gallery } from '../i18n/words/gallery.ts';
import { mask } from '../i18n/words/mask.ts';
import '../style/upload.css';

const WIDTH = 256; // of the picture that is asked for

const PickPicture = late(async () => (await import('../gallery/PickPicture.tsx')).PickPicture);

const hasFiles = (e: DragEvent) => e.dataTransfer.types.includes('Files');

/** How far a file is, and what ends its way. */
function Way({ sending: { file, share, stop } }: { sending: Extract<Sending, { is: 'sending' }> }) {
  const words = useWords().widgets;
  return (
    <p className="on-the-way">
      <span className="hint">{words.sending(file.name)}</span>
      <progress value={share} aria-label={words.sending(file.name)} />
      <span>{percent(share)}</span>
      <button className="nodrag" onClick={stop}>
        {words.stop}
      </button>
    </p>
  );
}

function Failed({ field, sending: { file, why, unsent } }: { field: Field; sending: Extract<Sending, { is: 'failed' }> }) {
  const words = useWords().widgets;
  const lost = useServer((s) => !s.there);
  return (
    <p className="failed-upload" role="alert">
      <span>{unsent && lost ? words.waits(file.name) : words.uploadFailed(file.name, why)}</span>
      <button className="nodrag" onClick={() => void send(field, file)}>
        {words.again}
      </button>
    </p>
  );
}

/** One of those that were made here, or of the input folder. */
function GalleryButton({ field }: { field: Field }) {
  const words = useRoom(gallery);
  const pick = async () => {
    const folder = field.def?.folder;
    const inputs = folder === 'output' ? undefined : (field.def?.choices ?? []).map((c) => fileOf(c, folder)).filter((f) => f !== undefined);
    const value = await ask<string>((answer) => createElement(PickPicture, { inputs, now: fileOf(field.value, folder), answer }));
    if (value === undefined || value === field.value) return;
    field.begin();
    field.set(value);
  };
  return (
    <button className="tool nodrag" data-field tabIndex={-1} aria-label={words.fromGallery} title={words.fromGallery} disabled={field.fixed} onClick={() => void pick()} onKeyDown={rowKeys}>
      <Icon name="image" />
    </button>
  );
}

/** Only a picture has a mask to be painted. */
function MaskButton({ field }: { field: Field }) {
  const words = useRoom(mask);
  const file = fileOf(field.value, field.def?.folder);
  if (!file || mediaOf(file) !== 'image') return null;
  const edit = () =>
    editMask(file, (value) => {
      field.begin();
      field.set(value);
    });
  return (
    <button className="tool nodrag" data-field tabIndex={-1} aria-label={words.edit} title={words.edit} disabled={field.fixed} onClick={edit} onKeyDown={rowKeys}>
      <Sign name="mask" />
    </button>
  );
}

/** "512 × 768 · 1.2 MB" */
function Facts({ file }: { file: OutputFile }) {
  const [says, setSays] = useState('');
  useEffect(() => {
    factsOf(file).then(({ width, height, bytes: n }) => setSays([width && height ? `${width} × ${height}` : '', bytes(n)].filter(Boolean).join(' · ')), () => {}); // one that is not there says so
  }, []);
  return says ? <span className="facts">{says}</span> : null;
}

function Thumb({ field }: { field: Field }) {
  const words = useWords().widgets;
  const [there, setThere] = useState(''); // a picture that is not is not asked about
  const file = fileOf(field.value, field.def?.folder);
  const src = file ? viewOf(file, WIDTH) : '';
  const [key, broken, failed] = useTries(src);
  if (!file) return <span className="hint">{words.dropHere}</span>;
  if (mediaOf(file) === 'image' && broken) return <span className="hint">{words.noFile(file.filename)}</span>;
  return (
    <>
      {mediaOf(file) === 'image' ? <img key={key} src={src} alt={file.filename} decoding="async" draggable={false} onLoad={() => setThere(src)} onError={failed} /> : <span className="hint">{file.filename}</span>}
      {(there === src || mediaOf(file) !== 'image') && <Facts file={file} key={src} />}
    </>
  );
}

export function Upload({ field }: { field: Field }) {
  const words = useWords().widgets;
  const picker = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const sending = useSending(field);
  const kind = field.def?.upload ?? 'image';

  return (
    <div
      className="upload"
      data-over={over}
      onDragOver={(e) => {
        if (!hasFiles(e) || field.fixed) return;
        e.preventDefault();
        e.stopPropagation();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        setOver(false);
        if (!hasFiles(e) || field.fixed) return;
        e.preventDefault();
        e.stopPropagation();
        void send(field, e.dataTransfer.files[0]);
      }}
      onPaste={(e) => {
        const file = [...e.clipboardData.files][0];
        if (!file) return;
        e.preventDefault();
        e.stopPropagation();
        void send(field, file);
      }}
    >
      <div className="line">
        <Pick field={field} />
        <button
          className="tool nodrag"
          data-field
          tabIndex={-1}
          aria-label={words.upload[kind]}
          title={words.upload[kind]}
          disabled={field.fixed || sending?.is === 'sending'}
          onClick={() => picker.current?.click()}
          onKeyDown={rowKeys}
        >
          <Sign name="file" />
        </button>
        {kind === 'image' && <GalleryButton field={field} />}
        {kind === 'image' && <MaskButton field={field} />}
        <input
          ref={picker}
          type="file"
          hidden
          accept={`${kind}/*`}
          onChange={(e) => {
            void send(field, e.currentTarget.files?.[0]);
            e.currentTarget.value = '';
          }}
        />
      </div>
      {sending?.is === 'failed' ? <Failed field={field} sending={sending} /> : <div className="seen">{sending ? <Way sending={sending} /> : <Thumb field={field} />}</div>}
    </div>
  );
}
