// The part of Markdown that notes are shown with. What it does not know stays text; HTML is text, pictures are not fetched.

export type Span =
  | { kind: 'text' | 'strong' | 'em' | 'code'; text: string }
  | { kind: 'link'; text: string; url: string };

export type Block =
  | { kind: 'heading'; level: 1 | 2 | 3; spans: Span[] }
  | { kind: 'text' | 'quote'; spans: Span[] }
  | { kind: 'list'; ordered: boolean; items: Span[][] }
  | { kind: 'code'; text: string }
  | { kind: 'rule' };

const INLINE =
  /`([^`\n]+)`|\*\*([^*\n]+)\*\*|__([^_\n]+)__|\*([^*\s][^*\n]*)\*|!?\[([^\]\n]*)\]\(\s*([^\s)]+)[^)\n]*\)|(https?:\/\/[^\s<>"'，。）]+[^\s<>"'.,;:!?)，。）])/g;

export function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    const [all, code, strong, strong2, em, label, url, bare] = found;
    if (found.index > at) spans.push({ kind: 'text', text: text.slice(at, found.index) });
    at = found.index + all.length;
    if (code !== undefined) spans.push({ kind: 'code', text: code });
    else if (strong !== undefined || strong2 !== undefined) spans.push({ kind: 'strong', text: strong ?? strong2 ?? '' });
    else if (em !== undefined) spans.push({ kind: 'em', text: em });
    else spans.push({ kind: 'link', text: label || (url ?? bare ?? ''), url: url ?? bare ?? '' });
  }
  if (at < text.length) spans.push({ kind: 'text', text: text.slice(at) });
  return spans;
}

const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const ITEM = /^\s*(?:([-*+])|(\d{1,9})[.)])\s+(.*)$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const FENCE = /^ {0,3}(```|~~~)/;
const QUOTE = /^ {0,3}>\s?(.*)$/;

/** Lines that stand together, until one begins something else. */
const begins = (line: string) => [HEADING, ITEM, RULE, FENCE, QUOTE].some((pattern) => pattern.test(line)) || line.trim() === '';

export function blocksOf(text: string): Block[] {
  const lines = text.split(/\r?\n/);
  const blocks: Block[] = [];
  let at = 0;
  const line = () => lines[at] ?? '';
  const take = (like: (text: string) => string | undefined): string[] => {
    const taken: string[] = [];
    for (let found = like(line()); at < lines.length && found !== undefined; found = like(line())) {
      taken.push(found);
      at++;
      if (at >= lines.length) break;
    }
    return taken;
  };
  while (at < lines.length) {
    const [, marks, heading = ''] = HEADING.exec(line()) ?? [];
    const item = ITEM.exec(line());
    if (line().trim() === '') at++;
    else if (marks) {
      blocks.push({ kind: 'heading', level: Math.min(3, marks.length) as 1 | 2 | 3, spans: spansOf(heading) });
      at++;
    } else if (RULE.test(line())) {
      blocks.push({ kind: 'rule' });
      at++;
    } else if (FENCE.test(line())) {
      at++;
      const code = take((l) => (FENCE.test(l) ? undefined : l));
      at++;
      blocks.push({ kind: 'code', text: code.join('\n') });
    } else if (item) {
      const ordered = item[2] !== undefined;
      const items = take((l) => (RULE.test(l) ? undefined : ITEM.exec(l)?.[3]));
      blocks.push({ kind: 'list', ordered, items: items.map(spansOf) });
    } else if (QUOTE.test(line())) blocks.push({ kind: 'quote', spans: spansOf(take((l) => QUOTE.exec(l)?.[1]).join('\n')) });
    else blocks.push({ kind: 'text', spans: spansOf(take((l) => (begins(l) ? undefined : l)).join('\n')) });
  }
  return blocks;
}
