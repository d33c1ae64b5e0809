// Stands in for d3-color, which comes with React Flow's zoom by way of d3-transition: what it moves are numbers, never colours,
// and 10 KB of the first load would say how one colour becomes another.
const none = () => null;

export { none as color, none as cubehelix, none as gray, none as hcl, none as hsl, none as lab, none as lch, none as rgb };
