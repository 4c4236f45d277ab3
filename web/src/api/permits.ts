/** What the server says of one action: allowed, or why not. Nothing is judged here. */

type Answer = { action: string; allowed: boolean; why?: string | null; whyNot?: string | null };
export type Permit = { allowed: boolean; why: string | null };

/** The first list that speaks of the action is heard: the thing's own before its dialogue's. Undefined: it is not offered at all. */
export function permit(action: string, ...lists: readonly (readonly Answer[])[]): Permit | undefined {
  for (const list of lists) {
    const answer = list.find((each) => each.action === action);
    if (answer) return { allowed: answer.allowed, why: answer.allowed ? null : (answer.why ?? answer.whyNot ?? "") };
  }
  return undefined;
}
