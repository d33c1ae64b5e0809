// Asks one question in the language of the moment.
import { createElement } from 'react';
import { Confirm, type Choice } from '../dialogs/Confirm.tsx';
import { languages, type Words } from '../i18n/languages.ts';
import { ask } from './ask.ts';
import { useSettings } from './settings.ts';

/** The words of now, for what is not drawn. */
export function wordsNow(): Words {
  return languages[useSettings.getState().language];
}

export function confirm(title: string, text: string, choices: readonly Choice[]): Promise<string | undefined> {
  return ask<string>((answer) => createElement(Confirm, { title, text, choices, answer }));
}
