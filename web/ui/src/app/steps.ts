// Going from one thing to the next, for whoever shows several of a kind: the keys are the page's, what they go through comes and goes.
type Step = (by: 1 | -1) => void;
let step: Step | undefined;

export function holdSteps(by: Step | undefined) {
  step = by;
}

export const canStep = () => step !== undefined;
export const takeStep: Step = (by) => step?.(by);
