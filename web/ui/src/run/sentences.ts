// Problems as sentences: in the page's language where the kind is known, else as the server said it.
import { slotLabel } from '../defs/labels.ts';
import type { Words } from '../i18n/languages.ts';
import type { Problem } from './run.ts';

/** What a sentence is made of. */
type Told = Pick<Problem, 'message'> & Partial<Problem>;

const ownOf = <T extends object>(of: T, key = ''): T[keyof T] | undefined => (Object.hasOwn(of, key) ? of[key as keyof T] : undefined);

function detailOf({ type, detail, message, got, wanted }: Told, { details }: Words['run']): string {
  if (got !== undefined && wanted !== undefined) {
    if (type === 'value_smaller_than_min') return details.least(got, wanted);
    if (type === 'value_bigger_than_max') return details.most(got, wanted);
    return details.types(got, wanted);
  }
  return detail ?? message;
}

/** `label`: what the file calls the input. */
export function sentenceOf(problem: Told, words: Words, label: string = problem.input ?? ''): string {
  const shown = slotLabel(problem.input ?? '', label, words.locale === 'zh-Hans' ? 'zh' : 'en');
  const { fault, failure, problems } = words.run;
  const [known, failed] = [ownOf(fault, problem.type), ownOf(failure, problem.type)];
  const detail = detailOf(problem, words.run);
  const said = known ? known(shown, detail) : failed ? failed(detail) : [problem.message, problem.detail].filter(Boolean).join(': ');
  return problem.near?.length ? problems.near(said, problem.near.join(', ')) : said;
}
