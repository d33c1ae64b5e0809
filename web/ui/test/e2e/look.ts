// look.ts LIMN ROOT CHROMIUM FOLDER: pictures of the page in both themes and both languages, for people to look at.
import { serve, longJob } from './served.ts';
import { launch, visit } from './browser.ts';

const [limn = '', root = '', browser = '', folder = '.'] = process.argv.slice(2);
const chromium = await launch(browser);
const served = await serve(limn, root);

for (const locale of ['zh-CN', 'en-GB'])
  for (const colorScheme of ['light', 'dark'] as const) {
    const v = await visit(chromium, served.url, { locale, colorScheme });
    await v.page.locator('.queue[data-state="idle"]').waitFor();
    await v.page.screenshot({ path: `${folder}/shell-${locale.slice(0, 2)}-${colorScheme}.png` });
    await v.close();
  }
await served.post('prompt', longJob(1));
await served.post('prompt', longJob(2));
const busy = await visit(chromium, served.url, { locale: 'zh-CN', colorScheme: 'dark', viewport: { width: 390, height: 700 }, isMobile: true });
await busy.page.locator('.waiting').waitFor();
await busy.page.screenshot({ path: `${folder}/phone-busy-zh-dark.png` });
await busy.close();
const lost = await visit(chromium, served.url, { colorScheme: 'light' });
await lost.page.locator('.waiting').waitFor();
await served.stop('SIGKILL');
await lost.page.getByRole('alert').waitFor();
await lost.page.screenshot({ path: `${folder}/lost-en-light.png` });
await chromium.close();
await served.done();
