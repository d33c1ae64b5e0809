// Converts workflow files with ComfyUI's own front end (its graphToPrompt, in headless Chromium) and writes the
// answers into recorded.json: what limn's converter is compared with. Run by record_conversions.sh.
//
//   node record_conversions.mjs http://127.0.0.1:8199/ VERSION recorded.json file.json [file.json …]
//
// The address is a running ComfyUI that serves the front end of that version. Files are loaded one after the other
// in one page. An entry is {"frontEnd": VERSION, "output": …} or {…, "error": …}.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';

const { chromium } = createRequire(path.join(process.cwd(), 'x.js'))('playwright-core');
const [url, version, recordFile, ...files] = process.argv.slice(2);
if (!files.length) {
  console.error('usage: node record_conversions.mjs URL VERSION recorded.json FILE…');
  process.exit(2);
}
const records = fs.existsSync(recordFile) ? JSON.parse(fs.readFileSync(recordFile, 'utf8')) : {};

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
         '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage();
await page.goto(url);
await page.waitForFunction(() => window.app?.graph && window.LiteGraph?.registered_node_types?.KSampler, null,
                           { timeout: 60000 });
await page.waitForTimeout(3000); // the default graph loads late and would overwrite ours

for (const file of files) {
  const name = path.basename(file, '.json');
  const text = fs.readFileSync(file, 'utf8');
  const record = { frontEnd: version };
  try {
    record.output = await page.evaluate(async (text) => {
      await window.app.loadGraphData(JSON.parse(text), true, false);
      return (await window.app.graphToPrompt()).output;
    }, text);
  } catch (error) {
    record.error = String(error).split('\n')[0].replace(/^Error: page\.evaluate: /, '').slice(0, 160);
  }
  records[name] = record;
  console.log(`${name}: ${record.error ?? Object.keys(record.output).length + ' nodes'}`);
}
await browser.close();

// One line a node, sorted by file: what changes can be seen.
const lines = Object.keys(records).sort().map((name) => {
  const { frontEnd, output, error } = records[name];
  const nodes = Object.entries(output ?? {}).map(([id, node]) => `  ${JSON.stringify(id)}: ${JSON.stringify(node)}`);
  const what = error ? `"error": ${JSON.stringify(error)}` : `"output": {\n${nodes.join(',\n')}\n }`;
  return ` ${JSON.stringify(name)}: {"frontEnd": ${JSON.stringify(frontEnd)}, ${what}}`;
});
fs.writeFileSync(recordFile, `{\n${lines.join(',\n')}\n}\n`);
