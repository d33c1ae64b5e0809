// The bar below: is the server there, what machine is it, how near is the canvas.
import { Zoom } from '../canvas/Zoom.tsx';
import { bytes } from '../i18n/format.ts';
import { useWords } from '../i18n/words.ts';
import { useServer } from '../net/server.ts';

function LinkState() {
  const words = useWords().link;
  const is = useServer((s) => s.link.is);
  return (
    <span className="link" data-state={is}>
      <span className="dot" />
      {words[is]}
    </span>
  );
}

function MachineState() {
  const words = useWords().machine;
  const machine = useServer((s) => s.machine);
  if (!machine) return null;
  const { version, device, memory, video } = machine;
  return (
    <>
      {version && <span>{words.version(version)}</span>}
      <span>{device.toUpperCase()}</span>
      {video && <span>{words.video(bytes(video.used), bytes(video.total))}</span>}
      <span className="memory">{words.memory(bytes(memory.used), bytes(memory.total))}</span>
    </>
  );
}

export function StatusBar() {
  return (
    <footer className="status">
      <LinkState />
      <MachineState />
      <Zoom />
    </footer>
  );
}
