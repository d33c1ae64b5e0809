// One picture is chosen for a field: of those that were made here, or of the input folder.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Dialog } from '../app/Dialog.tsx';
import { useSettings } from '../app/settings.ts';
import { bytes } from '../i18n/format.ts';
import { useRoom } from '../i18n/room.ts';
import { gallery } from '../i18n/words/gallery.ts';
import { keyOf, mediaOf, nameOf, type OutputFile } from '../net/files.ts';
import { whyOf } from '../net/http.ts';
import { askOutputs, readOutputs, type Output, type Wanted } from '../net/outputs.ts';
import { matches } from '../widgets/rows.ts';
import { loadedName } from './actions.ts';
import { Pictures } from './Pictures.tsx';
import { dayNames } from './rows.ts';
import { Search } from './Search.tsx';

const LEAST = 104;

type From = 'output' | 'input';
type Shown = OutputFile & Partial<Output>;

interface Found {
  files: readonly Output[];
  next?: string;
  is: 'asking' | 'there' | 'failed';
  why?: string;
}

/** Those that were made, the newest first, page by page. */
function useMade(sought: string) {
  const [found, setFound] = useState<Found>({ files: [], is: 'asking' });
  const asked = useRef<object>({});
  const get = useCallback(async (before: Found) => {
    const wanted: Wanted = { sought, folder: '', order: 'newest', starred: false };
    const mine = (asked.current = {});
    try {
      const told = readOutputs(await askOutputs(wanted, before.next));
      const known = new Set(before.files.map(keyOf));
      if (mine === asked.current) setFound({ ...told, files: [...before.files, ...told.files.filter((f) => !known.has(keyOf(f)))], is: 'there' });
    } catch (e) {
      if (mine === asked.current) setFound({ files: before.files, is: 'failed', why: whyOf(e) });
    }
  }, [sought]);
  useEffect(() => void get({ files: [], is: 'asking' }), [get]);
  const more = useMemo(() => (found.is === 'there' && found.next !== undefined ? () => get(found) : undefined), [found, get]);
  return { found, more, again: () => void get({ files: [], is: 'asking' }) };
}

interface Props {
  inputs: readonly OutputFile[] | undefined; // of the input folder; undefined: the field takes none of them
  now: OutputFile | undefined;
  answer: (value?: string) => void;
}

export function PickPicture({ inputs, now, answer }: Props) {
  const words = useRoom(gallery);
  const locale = useSettings((s) => s.language);
  const [from, setFrom] = useState<From>('output');
  const [sought, seek] = useState('');
  const [chosen, setChosen] = useState<Shown | undefined>(now);
  const { found, more, again } = useMade(from === 'output' ? sought : '');
  const scroll = useRef<HTMLDivElement>(null);
  const files: readonly Shown[] = useMemo(
    () => (from === 'output' ? found.files : (inputs ?? []).filter((f) => mediaOf(f) === 'image' && matches(nameOf(f), sought))),
    [from, found.files, inputs, sought],
  );
  const headings = useMemo(() => {
    const day = dayNames(locale === 'zh' ? 'zh-CN' : 'en-GB', Date.now());
    return files.map((f) => (f.at === undefined ? f.subfolder : day(f.at)));
  }, [files, locale]);
  const take = (file: Shown | undefined) => file && answer(loadedName(file));
  const size = chosen?.width && chosen.height ? ` · ${chosen.width} × ${chosen.height}` : '';

  return (
    <Dialog
      title={words.fromGallery}
      kind="wide"
      close={() => answer()}
      foot={
        <>
          <span className="picked">{chosen ? `${nameOf(chosen)}${size}${chosen.bytes ? ` · ${bytes(chosen.bytes)}` : ''}` : ''}</span>
          <button className="main" disabled={!chosen} onClick={() => take(chosen)}>
            {words.useIt}
          </button>
        </>
      }
    >
      <div className="pick-picture">
        <div className="filters">
          {inputs && (
            <div className="chips" role="group" aria-label={words.from}>
              {(['output', 'input'] as const).map((f) => (
                <button key={f} aria-pressed={f === from} onClick={() => setFrom(f)}>
                  {f === 'output' ? words.outputs : words.inputs}
                </button>
              ))}
            </div>
          )}
          <Search sought={sought} seek={seek} focus />
        </div>
        <div className="gallery-scroll" ref={scroll}>
          {files.length ? (
            <Pictures
              key={from}
              files={files}
              headings={headings}
              least={LEAST}
              label={from === 'output' ? words.outputs : words.inputs}
              scroll={scroll}
              otherwise=".pick-picture input"
              chosen={chosen ? [keyOf(chosen)] : []}
              single
              more={from === 'output' ? more : undefined}
              choose={(at) => setChosen(files[at])}
              take={(at) => take(files[at])}
            />
          ) : from === 'output' && found.is === 'failed' ? (
            <p className="nothing" role="alert">
              {words.failed}
              <span>{found.why}</span>
              <button className="plain" onClick={again}>
                {words.again}
              </button>
            </p>
          ) : (
            <p className="nothing" role="status">
              {from === 'output' && found.is === 'asking' ? words.loading : sought ? words.notFound(sought) : from === 'input' ? words.noInputs : words.empty}
            </p>
          )}
        </div>
      </div>
    </Dialog>
  );
}
