// run.ts LIMN ROOT CHROMIUM [ROOM,ROOM… [NAME]]: the stories of this folder, or of some of its rooms, against one server and
// each in a browser profile of its own. Prints "ok NAME" or "FAILED NAME" for each, and at the end why those failed.
import assert from 'node:assert/strict';
import { addNode } from './addnode.ts';
import { app } from './app.ts';
import { launch } from './browser.ts';
import { canvas } from './canvas.ts';
import { choices } from './choices.ts';
import { days } from './days.ts';
import { dropping } from './dropping.ts';
import { pagesOf, reasons } from './failures.ts';
import { gallery } from './gallery.ts';
import { gates } from './gates.ts';
import { grid } from './grid.ts';
import { holds } from './holds.ts';
import { language } from './language.ts';
import { leak } from './leak.ts';
import { linear } from './linear.ts';
import { links } from './links.ts';
import { looks } from './looks.ts';
import { marks } from './marks.ts';
import { mask } from './mask.ts';
import { models } from './models.ts';
import { opening } from './opening.ts';
import { parts } from './parts.ts';
import { pictures } from './pictures.ts';
import { properties } from './properties.ts';
import { reach } from './reach.ts';
import { numbers } from './numbers.ts';
import { runs } from './running.ts';
import { saving } from './saving.ts';
import { serve } from './served.ts';
import { sharing } from './share.ts';
import { shell, type Story } from './shell.ts';
import { trouble } from './trouble.ts';
import { versions } from './versions.ts';
import { widgets } from './widgets.ts';
import { wishes } from './wishes.ts';
import { without } from './without.ts';

const [limn = '', root = '', browser = '', wanted = '', only = ''] = process.argv.slice(2);
const rooms: Record<string, Record<string, Story>> = {
  shell, app, opening, choices, dropping, versions, saving, without, canvas, reach, links, holds, gates, runs, gallery, sharing, linear, grid, widgets, numbers, marks, models, addNode, mask, looks, wishes, leak, days, parts, trouble, language, properties, pictures,
};
const chosen = wanted ? wanted.split(',').map((room) => rooms[room] ?? assert.fail(`no such room: ${room}`)) : Object.values(rooms);
const stories: Record<string, Story> = Object.assign({}, ...chosen);
const failed: string[] = []; // each with its reasons
let chromium = await launch(browser);
const served = await serve(limn, root);

for (const [name, story] of Object.entries(stories).filter(([name]) => name.includes(only))) {
  try {
    if (!chromium.isConnected()) chromium = await launch(browser);
    await served.calm();
    await story(chromium, served);
    console.log(`ok ${name}`);
  } catch (e) {
    console.log(`FAILED ${name}`);
    console.log(e, served.said().slice(-2000));
    failed.push([name, ...reasons(e), ...(await pagesOf(chromium, name))].map((line, i) => `why: ${i ? '  ' : ''}${line}`).join('\n'));
  }
  for (const context of chromium.contexts()) await context.close().catch(() => {}); // of a story that failed: nothing of it goes on
}
await chromium.close();
await served.done();
if (failed.length) console.log(failed.join('\n'));
process.exitCode = failed.length ? 1 : 0;
