// Two soft notes at the end of a run: made here, of nothing but numbers.

const UP = [659.26, 987.77]; // E5, B5
const DOWN = [440, 329.63]; // A4, E4
const APART_S = 0.16;
const LONG_S = 0.5;
const LOUD = 0.12; // of 1

function note(audio: AudioContext, hertz: number, from: number): OscillatorNode {
  const [tone, level] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = hertz;
  level.gain.setValueAtTime(0, from);
  level.gain.linearRampToValueAtTime(LOUD, from + 0.02); // no click
  level.gain.exponentialRampToValueAtTime(0.0001, from + LONG_S);
  tone.connect(level).connect(audio.destination);
  tone.start(from);
  tone.stop(from + LONG_S);
  return tone;
}

/** Up where it went well, down where it did not. A browser that lets no page sound stays silent. */
export function chime(well: boolean) {
  if (!('AudioContext' in globalThis)) return;
  const audio = new AudioContext();
  const last = (well ? UP : DOWN).map((hertz, i) => note(audio, hertz, audio.currentTime + i * APART_S)).at(-1);
  if (last) last.onended = () => void audio.close().catch(() => {});
}
