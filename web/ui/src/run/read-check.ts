// What /limn/check answers: the prompt that would run, and what is wrong with the workflow, as problems by node and input.
import { isObject, parse, type Json, type JsonObject } from '../doc/json.ts';
import type { Defs } from '../defs/def.ts';
import { listAt, member, textAt, textsAt } from '../net/http.ts';
import type { Checked, Problem } from './run.ts';
import { neededFor } from './track.ts';

export interface Check {
  prompt: JsonObject | undefined; // undefined: nothing could be made of the file
  workflow: JsonObject | undefined; // where it was asked for: the file with its choices made
  problems: readonly Problem[];
  checked: Checked;
}

/** Sentences of this kind are said by node_errors already. */
const OF_NODES = 'prompt_outputs_failed_validation';
const OF_CLASSES = ['invalid_prompt', 'missing_node_type'];

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'bigint' ? String(value) : JSON.stringify(value) ?? '';
}

/** What is to be said beside the kind of fault, in no language. */
function detailOf(error: unknown): Partial<Problem> {
  const type = textAt(error, 'type');
  const got = member(error, 'extra_info', 'received_value');
  const config = member(error, 'extra_info', 'input_config');
  const bound = (key: string) => textOf(member(config, 1, key));
  if (type === 'value_smaller_than_min') return { got: textOf(got), wanted: bound('min') };
  if (type === 'value_bigger_than_max') return { got: textOf(got), wanted: bound('max') };
  if (type === 'return_type_mismatch')
    return { got: textOf(member(error, 'extra_info', 'received_type')), wanted: textOf(member(config, 0)) };
  if (type === 'value_not_in_list' || type === 'invalid_input_type') return { detail: textOf(got) };
  const details = textAt(error, 'details') ?? '';
  const input = textAt(error, 'extra_info', 'input_name') ?? '';
  const bare = details.startsWith(`${input} - `) ? details.slice(input.length + 3) : details === input ? '' : details;
  return bare ? { detail: bare } : {};
}

function problemOf(node: string, error: unknown): Problem {
  const type = textAt(error, 'type');
  const input = textAt(error, 'extra_info', 'input_name');
  return {
    source: 'check',
    severity: 'error',
    node,
    message: textAt(error, 'message') ?? '',
    ...(input === undefined ? {} : { input }),
    ...(type === undefined ? {} : { type }),
    ...detailOf(error),
  };
}

function ofNodes(answer: unknown): Problem[] {
  const errors = member(answer, 'node_errors');
  if (typeof errors !== 'object' || errors === null) return [];
  return Object.entries(errors).flatMap(([node, of]) => listAt(of, 'errors').map((e) => problemOf(node, e)));
}

function ofAll(answer: unknown, found: number): Problem[] {
  const error = member(answer, 'error');
  const type = textAt(error, 'type');
  if (type === undefined || (found && (type === OF_NODES || OF_CLASSES.includes(type)))) return [];
  const message = textAt(error, 'message') ?? '';
  const detail = textAt(error, 'details') ?? '';
  const severity = type === 'prompt_no_outputs' ? 'warning' : 'error';
  return [{ source: 'check', severity, type, message, ...(detail && detail !== message ? { detail } : {}) }];
}

function ofClasses({ unknownTypes }: Checked): Problem[] {
  return unknownTypes.flatMap(({ type, nodes, near }) =>
    nodes.map((node): Problem => ({
      source: 'check', severity: 'error', node, type: 'unknown_type', message: `there is no node class ${type}`, detail: type,
      ...(near.length ? { near } : {}),
    })),
  );
}

/** A file that is not here is told by its node as well, unless the prompt was not looked at that far. */
function ofModels({ missingModels }: Checked, told: readonly Problem[]): Problem[] {
  return missingModels
    .filter(({ node, input }) => !told.some((p) => p.node === node && p.input === input))
    .map(({ node, input, name, near }): Problem => ({
      source: 'check', severity: 'error', node, input, type: 'value_not_in_list', message: `${name} is not here`, detail: name,
      ...(near.length ? { near } : {}),
    }));
}

function ofWarning(text: string): Problem {
  const [, node, rest] = /^node (\w+(?::\w+)*)(?: \([^)]*\))?:? (.*)$/s.exec(text) ?? [];
  return { source: 'check', severity: 'warning', message: rest ?? text, ...(node === undefined ? {} : { node }) };
}

function readChecked(answer: unknown): Checked {
  const texts = (of: unknown, key: string) => textAt(of, key) ?? '';
  return {
    outputs: textsAt(answer, 'outputs'),
    missingModels: listAt(answer, 'missing_models').map((m) => ({
      node: texts(m, 'node'), input: texts(m, 'input'), name: texts(m, 'name'), folder: texts(m, 'folder'), near: textsAt(m, 'near'),
    })),
    unknownTypes: listAt(answer, 'unknown_types').map((u) => {
      const pack = textAt(u, 'pack');
      return { type: texts(u, 'type'), nodes: textsAt(u, 'nodes'), near: textsAt(u, 'near'), ...(pack === undefined ? {} : { pack }) };
    }),
  };
}

/** What is wrong with a node that no output needs stands in nobody's way. A class that is not here does: the whole prompt is refused. */
export function sparing({ prompt, problems, ...rest }: Check, defs: Defs): Check {
  const isEnd = (id: string) => defs.get(textAt(prompt?.[id], 'class_type') ?? '')?.isOutput !== false;
  const needed = neededFor(prompt ?? {}, Object.keys(prompt ?? {}).filter(isEnd), []);
  const spare = (p: Problem) => p.node !== undefined && p.type !== 'unknown_type' && prompt !== undefined && p.node in prompt && !needed.has(p.node);
  return { ...rest, prompt, problems: problems.map((p) => (spare(p) ? { ...p, severity: 'warning' } : p)) };
}

const objectOf = (value: Json | undefined) => (isObject(value) ? value : undefined);

/** Throws a JsonFault for what is no JSON. */
export function readCheck(text: string): Check {
  const answer = parse(text);
  const checked = readChecked(answer);
  const first = [...ofNodes(answer), ...ofClasses(checked)];
  const problems = [...first, ...ofModels(checked, first)];
  return {
    prompt: objectOf(isObject(answer) ? answer['prompt'] : undefined),
    workflow: objectOf(isObject(answer) ? answer['workflow'] : undefined),
    problems: [...problems, ...ofAll(answer, problems.length), ...textsAt(answer, 'warnings').map(ofWarning)],
    checked,
  };
}
