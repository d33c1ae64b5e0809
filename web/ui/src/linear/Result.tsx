// What came out, large; while it is painted, what it is so far. Below it the pictures of the runs before.
import { useState, type CSSProperties } from 'react';
import { useRoom } from '../i18n/room.ts';
import { linear } from '../i18n/words/linear.ts';
import { useWords } from '../i18n/words.ts';
import { mediaOf, nameOf, viewOf, type OutputFile } from '../net/files.ts';
import { useTries } from '../net/tries.ts';
import { useRuns } from '../run/run.ts';
import { view } from '../run/viewer.ts';
import { madeKey, useMadeOf } from './pictures.ts';

const SMALL = 256; // pixels of width, for the strip
const MOST_ENLARGED = 6; // times a small picture's own size

function Large({ file, open }: { file: OutputFile; open: () => void }) {
  const words = useWords().run.pictures;
  const [key, , failed] = useTries(viewOf(file));
  const [size, setSize] = useState<{ width: number; height: number }>();
  const most: CSSProperties = size ? { maxWidth: size.width * MOST_ENLARGED, maxHeight: size.height * MOST_ENLARGED } : {};
  return (
    <button className="large" onClick={open} aria-label={words.open(nameOf(file))} title={nameOf(file)}>
      {mediaOf(file) === 'video' ? (
        <video src={viewOf(file)} muted loop autoPlay playsInline />
      ) : (
        <img
          key={key}
          src={viewOf(file)}
          alt=""
          style={most}
          onError={failed}
          decoding="async"
          draggable={false}
          onLoad={(e) => setSize({ width: e.currentTarget.naturalWidth, height: e.currentTarget.naturalHeight })}
        />
      )}
    </button>
  );
}

function Small({ file }: { file: OutputFile }) {
  const src = viewOf(file, SMALL);
  const [key, , failed] = useTries(src);
  return <img key={key} src={src} alt="" loading="lazy" decoding="async" draggable={false} onError={failed} />;
}

function usePreview(uid: string): string | undefined {
  return useRuns((s) => Object.values(s[uid]?.nodes ?? {}).find((n) => n.state === 'running' && n.preview !== undefined)?.preview);
}

export function Result({ uid, nodes }: { uid: string; nodes: ReadonlySet<string> }) {
  const words = useWords();
  const own = useRoom(linear);
  const all = useMadeOf(uid).filter((m) => nodes.size === 0 || nodes.has(m.node));
  const preview = usePreview(uid);
  const newest = all[0] && madeKey(all[0]);
  const [chosen, setChosen] = useState<{ key: string; since: string | undefined }>();
  // What was chosen stays until there is something newer.
  const found = chosen && chosen.since === newest ? all.findIndex((m) => madeKey(m) === chosen.key) : 0;
  const at = Math.max(0, found);
  const one = all[at];
  return (
    <section className="linear-result" aria-label={own.result}>
      <div className="frame">
        {preview !== undefined ? (
          <img className="forming" src={preview} alt={words.run.pictures.forming} draggable={false} />
        ) : one ? (
          <Large key={madeKey(one)} file={one.file} open={() => view(all.map((m) => m.file), at)} />
        ) : (
          <p className="linear-hint">{own.empty}</p>
        )}
      </div>
      {all.length > 1 && (
        <ul className="strip-of" aria-label={own.last}>
          {all.map((m, i) => (
            <li key={madeKey(m)}>
              <button
                aria-label={nameOf(m.file)}
                title={nameOf(m.file)}
                aria-current={i === at}
                onClick={() => setChosen({ key: madeKey(m), since: newest })}
              >
                {mediaOf(m.file) === 'image' ? <Small file={m.file} /> : nameOf(m.file)}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
