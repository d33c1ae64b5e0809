// What a grid is made of: an input for the columns, one for the rows, and values for each.
import { useId, useMemo, useState } from 'react';
import type { Opened } from '../app/documents.ts';
import { Dialog } from '../app/Dialog.tsx';
import { Icon } from '../app/Icon.tsx';
import { useSettings } from '../app/settings.ts';
import { useDefs } from '../defs/defs.ts';
import { matches } from '../widgets/rows.ts';
import { toText } from '../widgets/values.ts';
import { axisOf, changeDraft, draftOf, hindranceOf, hintOf, planOf, sideOf, useDrafts, type Planned, type Side } from './draft.ts';
import { inputsOf, type Input } from './inputs.ts';
import { queueGrid } from './send.ts';
import { MANY_JOBS, MOST_JOBS } from './values.ts';
import { useGridWords } from './words.ts';

const MANY_CHOICES = 8;
const MOST_WRONG = 3; // that are named

/** The inputs by node, as they follow each other. */
function byNode(inputs: readonly Input[]): [string, Input[]][] {
  const groups: [string, Input[]][] = [];
  for (const input of inputs) {
    const last = groups.at(-1);
    if (last?.[0] === input.title) last[1].push(input);
    else groups.push([input.title, [input]]);
  }
  return groups;
}

/** What a list has, to be chosen; the text has what was chosen, one a line. */
function Choices({ plan, write }: { plan: Planned; write: (text: string) => void }) {
  const words = useGridWords();
  const [query, setQuery] = useState('');
  const all = (plan.input.def.choices ?? []).map((c) => toText(c, undefined));
  const chosen = new Set(plan.read.values.map((v) => toText(v, undefined)));
  const seen = all.filter((c) => matches(c, query));
  const put = (on: (choice: string) => boolean) => write(all.filter(on).join('\n'));
  return (
    <div className="picks" role="group" aria-label={words.choices(plan.input.label)}>
      <div className="tools">
        {all.length > MANY_CHOICES && (
          <input type="search" placeholder={words.filter} aria-label={words.filter} value={query} onChange={(e) => setQuery(e.target.value)} />
        )}
        <button onClick={() => put((c) => chosen.has(c) || seen.includes(c))}>{words.all}</button>
        <button onClick={() => put((c) => chosen.has(c) && !seen.includes(c))}>{words.no}</button>
      </div>
      <div className="list">
        {seen.map((c) => (
          <label key={c}>
            <input type="checkbox" checked={chosen.has(c)} onChange={(e) => put((o) => (o === c ? e.target.checked : chosen.has(o)))} />
            <span>{c}</span>
          </label>
        ))}
      </div>
    </div>
  );
}

/** How many values, or what is wrong with them. */
function Verdict({ id, plan }: { id: string; plan: Planned }) {
  const words = useGridWords();
  const { values, wrong } = plan.read;
  if (!wrong.length)
    return <p id={id} className="verdict">{values.length ? words.count(values.length) : words.nothing}</p>;
  return (
    <p id={id} className="verdict" data-wrong="true">
      <Icon name="warning" />
      <span>{wrong.slice(0, MOST_WRONG).map((w) => words.wrong[w.why](w.text, w.bound ?? '')).join(' · ')}</span>
    </p>
  );
}

interface SideProps {
  legend: string;
  side: Side;
  inputs: readonly Input[];
  plan: Planned | undefined;
  optional?: boolean;
  first?: boolean; // its values are what one begins with
  change: (side: Side) => void;
}

function AxisFields({ legend, side, inputs, plan, optional, first, change }: SideProps) {
  const words = useGridWords();
  const id = useId();
  const choices = plan && hintOf(plan.input.def) === 'choice';
  return (
    <fieldset className="axis">
      <legend>{legend}</legend>
      <label>
        {words.input}
        <select value={plan?.input.key ?? ''} onChange={(e) => change(sideOf(inputs.find((i) => i.key === e.target.value)))}>
          {(optional || !plan) && <option value="">{optional ? words.none : ''}</option>}
          {byNode(inputs).map(([title, group]) => (
            <optgroup key={group[0]?.key} label={title}>
              {group.map((i) => <option key={i.key} value={i.key}>{`${i.title} · ${i.label}`}</option>)}
            </optgroup>
          ))}
        </select>
      </label>
      {plan && (
        <>
          <label>
            {words.values}
            <textarea rows={choices ? 2 : 4} spellCheck={false} data-focus={first ? '' : undefined} value={side.text} aria-describedby={`${id}h ${id}v`}
                      aria-invalid={plan.read.wrong.length > 0 || undefined} onChange={(e) => change({ ...side, text: e.target.value })} />
          </label>
          <p id={`${id}h`} className="help">{words.hint[hintOf(plan.input.def)]}</p>
          <Verdict id={`${id}v`} plan={plan} />
          {choices && <Choices plan={plan} write={(text) => change({ ...side, text })} />}
        </>
      )}
    </fieldset>
  );
}

/** How many jobs that makes, or why it makes none. */
function Sum({ x, y }: { x: Planned | undefined; y: Planned | undefined }) {
  const words = useGridWords();
  const [n, m] = [x?.read.values.length ?? 0, y?.read.values.length ?? 1];
  const hindrance = hindranceOf(x, y);
  const many = n * m > MANY_JOBS;
  return (
    <p className="sum" role="status" data-many={many}>
      {n * m > 0 && <strong>{words.plan(n, m)}</strong>}
      {hindrance === 'tooMany' ? ` ${words.tooMany(MOST_JOBS)}`
        : hindrance === 'same' ? ` ${words.same}`
        : hindrance === undefined && many ? ` ${words.long}` : ''}
    </p>
  );
}

/** What is there at first: the node somebody came from, else what is varied most. */
function begin(uid: string, inputs: readonly Input[], node: string | undefined, widget: string | undefined) {
  const { x, y } = draftOf(uid);
  const there = (side: Side) => side.key !== '' && inputs.some((i) => i.key === side.key);
  const named = (name: string) => inputs.find((i) => i.widget === name);
  const its = node === undefined ? [] : inputs.filter((i) => i.graph === '' && i.node === node);
  const of = its.find((i) => i.widget === widget) ?? its[0];
  if (of || !there(x)) changeDraft(uid, { x: sideOf(of ?? named('steps') ?? inputs[0]) });
  if (!there(y)) changeDraft(uid, { y: sideOf(there(x) || of ? undefined : named('cfg')) });
}

interface Props {
  at: Opened;
  node?: string | undefined; // whose inputs are meant
  widget?: string | undefined; // of them, this one first
  close: () => void;
  queued: () => void;
  last?: (() => void) | undefined; // shows the grid that was queued last
}

export function Setup({ at, node, widget, close, queued, last }: Props) {
  const words = useGridWords();
  const defs = useDefs((s) => s.defs);
  const language = useSettings((s) => s.language);
  const { uid } = at.doc;
  const inputs = useMemo(() => inputsOf(at.doc, defs, language), [at.doc, defs, language]);
  useState(() => begin(uid, inputs, node, widget));
  const draft = useDrafts((s) => s[uid]) ?? draftOf(uid);
  const [x, y] = [planOf(draft.x, inputs), planOf(draft.y, inputs)];
  const jobs = (x?.read.values.length ?? 0) * (y?.read.values.length ?? 1);
  const queue = () => {
    if (!x || hindranceOf(x, y)) return;
    queueGrid(at, axisOf(x), y && axisOf(y));
    queued();
  };
  const foot = (
    <>
      <Sum x={x} y={y} />
      {last && <button className="plain" onClick={last}>{words.last}</button>}
      <button className="main" disabled={hindranceOf(x, y) !== undefined} onClick={queue}>{words.queue(jobs)}</button>
    </>
  );
  return (
    <Dialog title={words.title} close={close} kind="wide" foot={foot}>
      {inputs.length ? (
        <div className="grid-setup">
          <AxisFields legend={words.x} side={draft.x} inputs={inputs} plan={x} first change={(side) => changeDraft(uid, { x: side })} />
          <AxisFields legend={words.y} side={draft.y} inputs={inputs} plan={y} optional change={(side) => changeDraft(uid, { y: side })} />
        </div>
      ) : (
        <p>{words.nothingToVary}</p>
      )}
    </Dialog>
  );
}
