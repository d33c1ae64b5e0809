// Every command there is, in the order of the menus: the rooms' own lists, joined.
import type { Command } from './command.ts';
import { editCommands } from './commands-edit.ts';
import { fileCommands } from './commands-file.ts';
import { viewCommands } from './commands-view.ts';
import { canvasCommands } from '../canvas/commands.ts';
import { defsCommands } from '../defs/commands.ts';
import { runCommands } from '../run/commands.ts';

export const commands: readonly Command[] = [...fileCommands, ...editCommands, ...viewCommands, ...canvasCommands, ...defsCommands, ...runCommands];
