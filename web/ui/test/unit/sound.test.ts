// The sound at a run's end: what it is made of, where a page may sound at all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chime } from '../../src/run/sound.ts';

interface Tone {
  hertz: number;
  from: number;
  to: number;
}

/** An AudioContext that notes what is asked of it. */
function listen() {
  const heard = { tones: [] as Tone[], loudest: 0, silent: 0, closed: 0, end: () => {} };
  const level = {
    setValueAtTime: () => {},
    linearRampToValueAtTime: (v: number) => (heard.loudest = Math.max(heard.loudest, v)),
    exponentialRampToValueAtTime: (v: number) => (heard.silent = v),
  };
  const createOscillator = () => {
    const tone: Tone = { hertz: 0, from: 0, to: 0 };
    heard.tones.push(tone);
    return {
      frequency: { set value(hertz: number) { tone.hertz = hertz; } },
      connect: (next: unknown) => next,
      start: (at: number) => (tone.from = at),
      stop: (at: number) => (tone.to = at),
      set onended(end: () => void) { heard.end = end; },
    };
  };
  const context = { currentTime: 2, destination: {}, createGain: () => ({ gain: level, connect: () => {} }), createOscillator, close: async () => void heard.closed++ };
  Object.assign(globalThis, { AudioContext: function () { return context; } }); // `new` gives it
  return heard;
}

test('a run that went well ends in two notes that go up, one that failed in two that go down', () => {
  for (const well of [true, false]) {
    const heard = listen();
    chime(well);
    const [first, second] = heard.tones;
    assert.ok(first && second && heard.tones.length === 2);
    assert.equal(second.hertz > first.hertz, well);
    assert.ok(first.from === 2 && second.from > first.from && second.to - first.from < 1, 'short');
    assert.ok(heard.loudest < 0.2 && heard.silent < 0.001, 'soft, and without a click');
    assert.equal(heard.closed, 0);
    heard.end();
    assert.equal(heard.closed, 1, 'nothing stays open');
  }
  Reflect.deleteProperty(globalThis, 'AudioContext');
  chime(true); // a browser without
});
