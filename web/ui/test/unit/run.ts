// run.ts: every *.test.ts of this folder; prints "ok NAME" or "FAILED NAME" for each test.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { reasons } from '../e2e/failures.ts';

const files = readdirSync(import.meta.dirname).filter((f) => f.endsWith('.test.ts')).map((f) => join(import.meta.dirname, f));

run({ files, isolation: 'none', concurrency: false })
  .on('test:pass', (e) => console.log(`${e.skip === undefined ? 'ok' : 'SKIPPED'} ${e.name}`))
  .on('test:fail', (e) => {
    process.exitCode = 1;
    console.log(`FAILED ${e.name}`);
    console.log(e.details.error.cause ?? e.details.error);
    for (const line of reasons(e.details.error.cause ?? e.details.error)) console.log(`why:   ${line}`);
  });
