// What a node shows of its run: the picture while it forms, then what came out, small; a click looks at it closely.
import type { CSSProperties } from 'react';
import { useWords } from '../i18n/words.ts';
import { mediaOf, keyOf, nameOf, viewOf, type OutputFile } from '../net/files.ts';
import { useTries } from '../net/tries.ts';
import { useNodeRun } from './run.ts';
import { view } from './viewer.ts';

const STEPS = [128, 256, 512, 1024]; // widths the server keeps
const MOST = 12; // beyond that they are counted

function stepFor(width: number): number {
  const wanted = width * Math.min(2, devicePixelRatio);
  return STEPS.find((s) => s >= wanted) ?? 1024;
}

function Sound({ file }: { file: OutputFile }) {
  return <audio controls tabIndex={-1} preload="none" src={viewOf(file)} aria-label={nameOf(file)} />;
}

function Picture({ file, width, open }: { file: OutputFile; width: number; open: () => void }) {
  const words = useWords().run.pictures;
  const media = mediaOf(file);
  const src = media === 'video' ? viewOf(file) : viewOf(file, stepFor(width));
  const [key, bad, failed] = useTries(src);
  if (media === 'audio') return <Sound file={file} />;
  if (media === 'other' || bad) return <span className="file-name">{bad ? words.gone(nameOf(file)) : nameOf(file)}</span>;
  return (
    <button className="look nodrag" tabIndex={-1} onClick={open} aria-label={words.open(nameOf(file))} title={nameOf(file)}>
      {media === 'video' ? (
        <video key={key} src={src} muted loop autoPlay playsInline onError={failed} />
      ) : (
        <img key={key} src={src} alt="" decoding="async" draggable={false} onError={failed} />
      )}
    </button>
  );
}

export function NodePictures({ uid, node, width }: { uid: string; node: string; width: number }) {
  const words = useWords().run.pictures;
  const run = useNodeRun(uid, node);
  if (!run || (!run.preview && !run.files.length && !run.text)) return null;
  if (run.preview && run.state === 'running')
    return (
      <div className="node-pictures" data-of="preview">
        <img src={run.preview} alt={words.forming} draggable={false} />
      </div>
    );
  const shown = run.files.slice(0, MOST);
  const columns = Math.ceil(Math.sqrt(shown.length));
  return (
    <div className="node-pictures" data-of="files" data-many={shown.length > 1} style={{ '--columns': columns } as CSSProperties}>
      {shown.map((file, i) => (
        <Picture key={`${keyOf(file)} ${file.version ?? ''}`} file={file} width={width / columns} open={() => view(run.files, i)} />
      ))}
      {run.files.length > MOST && <span className="file-name">{words.more(run.files.length - MOST)}</span>}
      {run.text !== undefined && <p className="node-text">{run.text}</p>}
    </div>
  );
}
