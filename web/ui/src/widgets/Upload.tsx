// A file of the server's: its name, what it looks like, and how another one gets there: picked, dropped or pasted.
import { useRef, useState, type DragEvent } from 'react';
import { percent } from '../i18n/format.ts';
import { useWords } from '../i18n/words.ts';
import { mediaOf, viewOf } from '../net/files.ts';
import { editMask } from '../mask/masking.ts';
import { rowKeys } from './Seed.tsx';
import type { Field } from './field.ts';
import { useServer } from '../net/server.ts';
import { fileOf } from './files.ts';
import { Pick } from './Pick.tsx';
import { Sign } from './Sign.tsx';
import { send, useSending, type Sending } from './uploads.ts';
import { useRoom } from '../i18n/room.ts';
import { mask } from '../i18n/words/mask.ts';
import '../style/upload.css';

const WIDTH = 256; // of the picture that is asked for

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

function Thumb({ field }: { field: Field }) {
  const words = useWords().widgets;
  const file = fileOf(field.value, field.def?.folder);
  const [broken, setBroken] = useState('');
  if (!file) return <span className="hint">{words.dropHere}</span>;
  const src = viewOf(file, WIDTH);
  if (mediaOf(file) !== 'image') return <span className="hint">{file.filename}</span>;
  if (broken === src) return <span className="hint">{words.noFile(file.filename)}</span>;
  return <img src={src} alt={file.filename} decoding="async" draggable={false} onError={() => setBroken(src)} />;
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
