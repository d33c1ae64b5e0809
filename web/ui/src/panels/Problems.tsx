// What is wrong with the workflow that is shown, and with what it ran last: a click goes there.
import { useState } from 'react';
import { useActive } from '../app/documents.ts';
import { Icon } from '../app/Icon.tsx';
import { putText } from '../app/copying.ts';
import { goTo } from '../canvas/camera.ts';
import { useSettings } from '../app/settings.ts';
import { useDefs } from '../defs/defs.ts';
import { nodeTitle, slotLabel } from '../defs/labels.ts';
import type { Document } from '../doc/document.ts';
import { useWords } from '../i18n/words.ts';
import { useProblems, useRuns, type Problem } from '../run/run.ts';
import { sentenceOf } from '../run/sentences.ts';
import { locate, titleOf } from '../run/where.ts';
import '../style/problems.css';

/** What the page calls the node and the input. */
function useLabels(doc: Document, { node, input }: Problem) {
  const words = useWords().run.problems;
  const defs = useDefs((s) => s.defs);
  const found = node === undefined ? undefined : locate(doc, node);
  const naming = useSettings((s) => s.naming);
  const type = String(found?.node['type'] ?? '');
  const def = defs.get(type);
  const title = nodeTitle(type, titleOf(found, () => def?.title) ?? '', def?.title, naming);
  const slots = found?.node['inputs'];
  const slot = Array.isArray(slots) ? slots.find((s) => typeof s === 'object' && s !== null && 'name' in s && s['name'] === input) : undefined;
  const declared = def?.inputs.find((i) => i.name === input)?.label;
  const own = typeof slot === 'object' && slot !== null && !Array.isArray(slot) ? slot['label'] : undefined;
  return {
    node: node === undefined ? undefined : words.node(title, node),
    input: input === undefined ? undefined : slotLabel(input, typeof own === 'string' && own ? own : (declared ?? input), naming, declared),
  };
}

function Trace({ lines }: { lines: readonly string[] }) {
  const words = useWords().run.problems;
  const [copied, setCopied] = useState(false);
  const copy = () => void putText(lines.join('\n')).then(setCopied);
  return (
    <details className="trace">
      <summary>{words.trace}</summary>
      <pre tabIndex={0}>{lines.join('\n')}</pre>
      <button className="text" onClick={copy}>
        {copied ? words.copied : words.copy}
      </button>
    </details>
  );
}

function Row({ doc, problem }: { doc: Document; problem: Problem }) {
  const words = useWords();
  const labels = useLabels(doc, problem);
  const { node } = problem;
  const says = <span className="says">{sentenceOf(problem, words, labels.input)}</span>;
  return (
    <li className="problem" data-severity={problem.severity}>
      <Icon name="warning" />
      {node === undefined ? (
        says
      ) : (
        <button title={words.run.problems.go(labels.node ?? node)} onClick={() => goTo(doc.uid, node)}>
          <span className="at">{labels.node}</span>
          {says}
        </button>
      )}
      {problem.lines && <Trace lines={problem.lines} />}
    </li>
  );
}

function Part({ doc, title, problems }: { doc: Document; title: string; problems: readonly Problem[] }) {
  if (!problems.length) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {problems.map((p, i) => (
          <Row key={`${p.node ?? ''} ${p.input ?? ''} ${p.type ?? ''} ${i}`} doc={doc} problem={p} />
        ))}
      </ul>
    </>
  );
}

export function ProblemsBody() {
  const words = useWords().run.problems;
  const at = useActive();
  const problems = useProblems(at?.doc.uid);
  const checked = useRuns((all) => at !== undefined && all[at.doc.uid]?.checked !== undefined);
  if (!at) return <p className="nothing">{words.closed}</p>;
  if (!problems.length) return <p className="nothing">{checked ? words.none : words.unchecked}</p>;
  return (
    <div className="problems-panel">
      <Part doc={at.doc} title={words.checked} problems={problems.filter((p) => p.source === 'check')} />
      <Part doc={at.doc} title={words.ran} problems={problems.filter((p) => p.source === 'run')} />
    </div>
  );
}
