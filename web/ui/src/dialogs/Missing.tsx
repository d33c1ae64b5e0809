// A document asks for node classes or model files that are not here: which, where they belong, and what is near.
import { useState } from 'react';
import { Dialog } from '../app/Dialog.tsx';
import { putText } from '../app/copying.ts';
import type { Opened } from '../app/documents.ts';
import { grouped, useInstead, type MissingModel } from '../app/missing.ts';
import { MissingClass } from './MissingClass.tsx';
import { say } from '../app/toasts.ts';
import { dialogWords, useDialogWords } from '../i18n/dialogs.ts';
import { useWords } from '../i18n/words.ts';
import type { Checked } from '../run/run.ts';
import { Another } from './Another.tsx';
import '../style/templates.css';

const MOST_NEAR = 3;

function copy(text: string) {
  void putText(text).then((done) => done && say((w) => dialogWords(w).missing.copied));
}

function Model({ where, at }: { where: readonly MissingModel[]; at: Opened }) {
  const words = useDialogWords().missing;
  const [used, setUsed] = useState<string>();
  const { name, folder, near } = where[0]!;
  const use = (n: string) => (useInstead(at.doc, where, n), setUsed(n));
  return (
    <li>
      <strong>{name}</strong>
      <span>{words.put(folder)}</span>
      <span className="ways">
        {near.slice(0, MOST_NEAR).map((n) => (
          <button key={n} className="plain" aria-pressed={used === n} onClick={() => use(n)}>
            {used === n ? words.used(n) : words.use(n)}
          </button>
        ))}
        <Another folder={folder} name={name} near={near} used={used} use={use} />
        <button className="text" onClick={() => copy(name)}>
          {words.copy}
        </button>
      </span>
    </li>
  );
}

export function Missing({ at, checked, close }: { at: Opened; checked: Checked; close: () => void }) {
  const words = useWords().app;
  const said = useDialogWords().missing;
  const models = grouped(checked.missingModels);
  const list = () => [...checked.unknownTypes.map((t) => t.type), ...models.map(([m]) => `${m?.folder}/${m?.name}`)].join('\n');
  const foot = (
    <>
      <button className="plain" onClick={() => copy(list())}>
        {said.copyList}
      </button>
      <button className="main" data-focus onClick={close}>
        {words.close}
      </button>
    </>
  );
  return (
    <Dialog title={said.title(at.name, models.length + checked.unknownTypes.length)} close={close} foot={foot}>
      {checked.unknownTypes.length > 0 && (
        <section className="missing">
          <h3>{said.types}</h3>
          <ul>
            {checked.unknownTypes.map((t) => (
              <MissingClass key={t.type} of={t} at={at} />
            ))}
          </ul>
        </section>
      )}
      {models.length > 0 && (
        <section className="missing">
          <h3>{said.models}</h3>
          <ul>
            {models.map((where) => (
              <Model key={`${where[0]?.folder}/${where[0]?.name}`} where={where} at={at} />
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  );
}
