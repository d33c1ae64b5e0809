// Asks one question in the language of the moment.
import { createElement } from 'react';
import { Confirm, type Choice } from '../dialogs/Confirm.tsx';
import { ask } from './ask.ts';

export function confirm(title: string, text: string, choices: readonly Choice[]): Promise<string | undefined> {
  return ask<string>((answer) => createElement(Confirm, { title, text, choices, answer }));
}
