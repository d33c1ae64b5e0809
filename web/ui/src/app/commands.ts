// Every command there is, in the order of the menus: the rooms' own lists, joined.
import { can, type Command } from './command.ts';
import { editCommands } from './commands-edit.ts';
import { fileCommands } from './commands-file.ts';
import { viewCommands } from './commands-view.ts';
import { canvasCommands } from '../canvas/commands.ts';
import { defsCommands } from '../defs/commands.ts';
import { linearCommands } from '../linear/commands.ts';
import { propertiesCommands } from '../panels/properties.ts';
import { viewOf } from '../linear/view.ts';
import { runCommands } from '../run/commands.ts';

/** What is done to the graph is done where one sees it. */
const inGraph = (c: Command): Command => ({ ...c, can: (at) => viewOf(at?.doc.uid) === 'graph' && can(c, at) });

export const commands: readonly Command[] = [
  ...fileCommands, ...editCommands, ...viewCommands, ...[...canvasCommands, ...propertiesCommands].map(inGraph), ...linearCommands, ...defsCommands, ...runCommands,
];
