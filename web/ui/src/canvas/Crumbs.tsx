// Where one is: the workflow, and the subgraphs that were entered. Each leads back to itself.
import { show, useDocuments } from '../app/documents.ts';
import { Icon } from '../app/Icon.tsx';
import type { Document } from '../doc/document.ts';
import type { Id } from '../doc/links.ts';
import { instancesOf } from '../doc/instances.ts';
import { crumbsOf, graphAt } from '../doc/subgraph.ts';
import { useWords } from '../i18n/words.ts';
import { showEdges } from './asking.ts';
import { useHand } from './view.ts';

export function Crumbs({ doc, path }: { doc: Document; path: readonly Id[] }) {
  const words = useWords().canvas;
  const name = useDocuments((s) => s.opened.find((o) => o.doc === doc)?.name ?? '');
  if (!path.length) return null;
  const graph = graphAt(doc, path);
  const used = graph ? instancesOf(doc, graph).length : 0;
  const all = [{ path: [] as readonly Id[], title: name }, ...crumbsOf(doc, path)];
  const go = (to: readonly Id[]) => {
    show(doc.uid, { path: to, selection: new Set() });
    useHand.setState({ focus: undefined });
  };
  return (
    <nav className="crumbs nopan" aria-label={words.crumbs}>
      {all.map((crumb, i) => (
        <span key={i}>
          {i > 0 && <Icon name="chevron" />}
          {i < all.length - 1 ? (
            <button className="text" onClick={() => go(crumb.path)}>{crumb.title}</button>
          ) : (
            <strong aria-current="location">{crumb.title}</strong>
          )}
          {i === all.length - 1 && used > 1 && (
            <button className="text" title={words.commands.edges} onClick={showEdges}>{words.used(used)}</button>
          )}
        </span>
      ))}
    </nav>
  );
}
