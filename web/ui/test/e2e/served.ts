// A limn serve of its own for stories: a fresh base folder with the repository's models.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, openSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from './browser.ts';

export interface Served {
  url: string;
  base: string; // its folder
  /** Ends it (at once with SIGKILL). */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Begins it again where it was. */
  again(): Promise<void>;
  post(route: string, body: unknown): Promise<Response>;
  said(): string;
  /** There is nothing to do, nothing is held back and nothing remembered: as every story finds it. */
  calm(): Promise<void>;
  /** Another one, with nothing in it. */
  another(): Promise<Served>;
  done(): Promise<void>;
}

const ended = (child: ChildProcess) =>
  new Promise<number | null>((resolve) =>
    child.exitCode !== null || child.signalCode ? resolve(child.exitCode) : child.once('exit', resolve),
  );

export async function serve(limn: string, root: string, more: readonly string[] = []): Promise<Served> {
  const base = mkdtempSync(join(tmpdir(), 'limn-ui-'));
  const words = join(base, 'stderr.txt');
  let child: ChildProcess;
  let url = '';
  const frontEnd = process.env['FRONT_END'] ? ['--front-end', process.env['FRONT_END']] : []; // else the page in the program

  symlinkSync(join(root, 'models'), join(base, 'models'));
  async function start() {
    const port = url ? new URL(url).port : '0';
    child = spawn(limn, ['serve', '--base', base, '--port', port, ...more, ...frontEnd], { stdio: ['ignore', 'pipe', openSync(words, 'a')] });
    for await (const line of createInterface({ input: child.stdout! })) {
      url = line.trim();
      return;
    }
    throw new Error(`no address\n${readFileSync(words, 'utf8')}`);
  }
  const post = (route: string, body: unknown) => fetch(new URL(route, url), { method: 'POST', body: JSON.stringify(body) });
  const toDo = async () => {
    await post('queue', { clear: true });
    await post('interrupt', {});
    const { queue_running: now, queue_pending: later } = (await (await fetch(new URL('queue', url))).json()) as { queue_running: unknown[]; queue_pending: unknown[] };
    return now.length + later.length;
  };
  await start();
  return {
    get url() {
      return url;
    },
    base,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended(child);
    },
    again: start,
    post,
    said: () => readFileSync(words, 'utf8'),
    async calm() {
      if (child.exitCode !== null || child.signalCode) await start();
      await until(toDo, 0);
      await post('limn/queue', { op: 'resume' });
      await post('history', { clear: true });
    },
    another: () => serve(limn, root),
    async done() {
      child.kill('SIGTERM');
      await ended(child);
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** A job of many steps of the bundled checkpoint. */
export function longJob(seed: number) {
  const link = (from: string, slot: number) => [from, slot];
  return {
    prompt: {
      1: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'limn-shapes.safetensors' } },
      2: { class_type: 'CLIPTextEncode', inputs: { text: 'a red circle', clip: link('1', 1) } },
      4: { class_type: 'EmptyLatentImage', inputs: { width: 64, height: 64, batch_size: 1 } },
      5: {
        class_type: 'KSampler',
        inputs: {
          model: link('1', 0), seed, steps: 10000, cfg: 1, sampler_name: 'euler', scheduler: 'normal', denoise: 1,
          positive: link('2', 0), negative: link('2', 0), latent_image: link('4', 0),
        },
      },
      6: { class_type: 'VAEDecode', inputs: { samples: link('5', 0), vae: link('1', 2) } },
      7: { class_type: 'SaveImage', inputs: { images: link('6', 0), filename_prefix: 'w' } },
    },
  };
}
