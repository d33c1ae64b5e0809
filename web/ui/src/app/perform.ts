// Does what a command says. What changes the graph without a sentence of its own is said, for who cannot see it.
import { announce } from '../canvas/announce.ts';
import { wordsNow } from '../i18n/words.ts';
import type { Command } from './command.ts';
import type { Opened } from './documents.ts';

const SAID = /^(edit\.(undo|redo|cut|copy)|node\.(mute|bypass|collapse|pin|fitSize|group|arrange|align|distribute)|subgraph\.(make|unpack|unique|enter|fromGroupNode)|walk\.(choose|leave))/;

export function perform(command: Command, at: Opened | undefined) {
  const words = wordsNow();
  const label = command.label(words);
  if (SAID.test(command.id)) announce(command.on ? words.canvas.switched(label, !command.on(at)) : label);
  command.run(at);
}
