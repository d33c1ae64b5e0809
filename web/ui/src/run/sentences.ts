// Problems as sentences: in the page's language where the kind is known, else as the server said it.
import { slotLabel } from '../defs/labels.ts';
import type { Words } from '../i18n/languages.ts';
import type { Problem } from './run.ts';

type Faults = Words['run']['fault'];

function detailOf({ type, detail, message, got, wanted }: Problem, { details }: Words['run']): string {
  if (got !== undefined && wanted !== undefined) {
    if (type === 'value_smaller_than_min') return details.least(got, wanted);
    if (type === 'value_bigger_than_max') return details.most(got, wanted);
    return details.types(got, wanted);
  }
  return detail ?? message;
}

/** `label`: what the file calls the input. */
export function sentenceOf(problem: Problem, words: Words, label: string = problem.input ?? ''): string {
  const shown = slotLabel(problem.input ?? '', label, words.locale === 'zh-Hans' ? 'zh' : 'en');
  const { fault, problems } = words.run;
  const type = problem.type as keyof Faults | undefined;
  const known = type !== undefined && Object.hasOwn(fault, type) ? fault[type] : undefined;
  const said = known ? known(shown, detailOf(problem, words.run)) : [problem.message, problem.detail].filter(Boolean).join(': ');
  return problem.near?.length ? `${said}. ${problems.near(problem.near.join(', '))}` : said;
}
