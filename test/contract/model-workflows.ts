/** The workflows that the model-based test runs: chains, fan-outs, child runs, and these in one another. */
type StepKind = { name: string; workflow?: string; forEach?: true; grouped?: true };

const grouped = true;
const forEach = true;
export const workflows: Record<string, StepKind[]> = {
  chain: [{ name: "a" }, { name: "b", grouped }, { name: "c" }],
  fan: [{ name: "a" }, { name: "b", forEach, grouped }, { name: "c" }],
  wide: [{ name: "a", forEach }],
  tree: [{ name: "kid", workflow: "fan" }, { name: "z" }],
  trees: [{ name: "kids", workflow: "chain", forEach }, { name: "z" }],
  deep: [{ name: "a" }, { name: "top", workflow: "tree" }, { name: "w" }],
};
/** These have a deadline of their own. */
export const timed = new Set(["fan", "chain"]);
export const MAX_FAILURES = 3;
export const GROUP_LIMIT = 2;
