// One question with two or three answers.
import { Dialog } from '../app/Dialog.tsx';

export interface Choice {
  value: string;
  label: string;
  main?: boolean;
  risky?: boolean;
}

interface Props {
  title: string;
  text: string;
  choices: readonly Choice[];
  answer: (value?: string) => void;
}

export function Confirm({ title, text, choices, answer }: Props) {
  const foot = choices.map((c) => (
    <button key={c.value} className={c.main ? 'main' : 'plain'} data-risky={c.risky} data-focus={c.main ? '' : undefined} onClick={() => answer(c.value)}>
      {c.label}
    </button>
  ));
  return (
    <Dialog title={title} close={() => answer()} foot={foot}>
      <p>{text}</p>
    </Dialog>
  );
}
