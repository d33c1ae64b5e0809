// The canvas: React Flow, which moves and zooms it. This folder alone knows that library.
import { Background, BackgroundVariant, ReactFlow, ReactFlowProvider } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import type { ReactNode } from 'react';
import { useSettings } from '../app/settings.ts';
import { useWords } from '../i18n/words.ts';

/** Around everything that looks at the canvas. */
export function CanvasProvider({ children }: { children: ReactNode }) {
  return <ReactFlowProvider>{children}</ReactFlowProvider>;
}

export function Canvas() {
  const words = useWords();
  const theme = useSettings((s) => s.theme);
  return (
    <ReactFlow
      aria-label={words.canvas.graph}
      role="application"
      nodes={[]}
      edges={[]}
      colorMode={theme}
      minZoom={0.1}
      maxZoom={4}
      zoomOnDoubleClick={false}
      proOptions={{ hideAttribution: true }}
    >
      <Background variant={BackgroundVariant.Dots} gap={24} size={1.6} />
    </ReactFlow>
  );
}
