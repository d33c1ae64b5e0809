// Under what name a workflow is saved; folders are parts of it.
import { useId, useState, type FormEvent } from 'react';
import { Dialog } from '../app/Dialog.tsx';
import { useStored } from '../app/stored.ts';
import { useDialogWords } from '../i18n/dialogs.ts';
import { useWords } from '../i18n/words.ts';
import { FOLDER } from '../net/userdata.ts';

/** The folders that saved workflows are in, each once. */
function foldersOf(paths: readonly string[]): string[] {
  const folders = paths.map((p) => p.slice(FOLDER.length + 1)).filter((p) => p.includes('/'));
  return [...new Set(folders.map((p) => p.replace(/[^/]*$/, '')))];
}

export function Name({ name: first, title, answer }: { name: string; title?: string; answer: (name?: string) => void }) {
  const words = useWords().app;
  const said = useDialogWords().save;
  const form = useId();
  const list = useId();
  const hint = useId();
  const files = useStored((s) => s.files) ?? []; // a server that was never heard has none
  const [name, setName] = useState(first);
  const good = name.split('/').every((part) => part.replace(/[\s.]/g, '') !== '');
  const done = (e: FormEvent) => {
    e.preventDefault();
    if (good) answer(name.trim());
  };
  const foot = (
    <>
      <button className="plain" onClick={() => answer()}>
        {words.cancel}
      </button>
      <button className="main" type="submit" form={form} disabled={!good}>
        {said.save}
      </button>
    </>
  );
  return (
    <Dialog title={title ?? said.as} close={() => answer()} foot={foot}>
      <form id={form} onSubmit={done}>
        <label className="field">
          {said.name}
          <input
            data-focus
            value={name}
            list={list}
            spellCheck={false}
            aria-describedby={hint}
            onFocus={(e) => e.target.setSelectionRange(name.lastIndexOf('/') + 1, name.length)}
            onChange={(e) => setName(e.target.value)}
          />
        </label>
        <datalist id={list}>
          {foldersOf(files.map((f) => f.path)).map((f) => (
            <option key={f} value={f} />
          ))}
        </datalist>
        <p id={hint} className="hint">
          {said.hint}
        </p>
      </form>
    </Dialog>
  );
}
