// A file of the server's: its name, what it looks like, and how another one gets there: picked, dropped or pasted.
import { useRef, useState, type DragEvent } from 'react';
import { reloadDef } from '../defs/defs.ts';
import { useWords } from '../i18n/words.ts';
import { mediaOf, viewOf } from '../net/files.ts';
import { editMask } from '../mask/masking.ts';
import { rowKeys } from './Seed.tsx';
import type { Field } from './field.ts';
import { whyOf } from '../net/http.ts';
import { fileOf, sendFile } from './files.ts';
import { Pick } from './Pick.tsx';
import { Sign } from './Sign.tsx';
import { useRoom } from '../i18n/room.ts';
import { mask } from '../i18n/words/mask.ts';

const WIDTH = 256; // of the picture that is asked for

type Sending = { is: 'idle' } | { is: 'sending'; name: string } | { is: 'failed'; file: File; why: string };

const hasFiles = (e: DragEvent) => e.dataTransfer.types.includes('Files');

function useSending(field: Field) {
  const [state, setState] = useState<Sending>({ is: 'idle' });
  const send = async (file: File | undefined) => {
    if (!file || field.fixed) return;
    setState({ is: 'sending', name: file.name });
    try {
      const value = await sendFile(file);
      await reloadDef(String(field.node['type'])).catch(() => undefined); // else it is only shown as one that is not in the list
      field.begin();
      field.set(value);
      setState({ is: 'idle' });
    } catch (e) {
      setState({ is: 'failed', file, why: whyOf(e) });
    }
  };
  return [state, send] as const;
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
  const [state, send] = useSending(field);
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
        void send(e.dataTransfer.files[0]);
      }}
      onPaste={(e) => {
        const file = [...e.clipboardData.files][0];
        if (!file) return;
        e.preventDefault();
        e.stopPropagation();
        void send(file);
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
          disabled={field.fixed || state.is === 'sending'}
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
            void send(e.currentTarget.files?.[0]);
            e.currentTarget.value = '';
          }}
        />
      </div>
      {state.is === 'failed' ? (
        <p className="failed-upload" role="alert">
          <span>{words.uploadFailed(state.file.name, state.why)}</span>
          <button className="nodrag" onClick={() => void send(state.file)}>
            {words.again}
          </button>
        </p>
      ) : (
        <div className="seen">{state.is === 'sending' ? <span className="hint">{words.sending(state.name)}</span> : <Thumb field={field} />}</div>
      )}
    </div>
  );
}
