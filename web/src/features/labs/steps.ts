/** What may be done to bring a dialogue on, from what the server says of its phase. Nothing is judged here. */
import { permit } from "../../api/permits.ts";

type Exit = { code: string; met: boolean; sentence: string };
type Phase = { id: string; number: number; title: string };
export type Dialogue = {
  phase: { phase: Phase; exits: readonly Exit[] };
  phases: readonly { phase: Phase }[];
  permissions: readonly { action: string; allowed: boolean; whyNot: string | null }[];
};

export type Step =
  | { kind: "move"; to: Phase; why: string | null }
  | { kind: "back"; to: Phase[] }
  | { kind: "notice" }
  | { kind: "fact"; fact: string };

/** The condition of a workflow, the fact that meets it, and the action that entitles to record it. */
const STATED: Record<string, { fact: string; action: string }> = {
  "intent.stated": { fact: "INTENT_STATED", action: "STATE_FACT" },
  "answers.approved": { fact: "ANSWERS_APPROVED", action: "STATE_FACT" },
  "report.received": { fact: "REPORT_RECEIVED", action: "STATE_FACT" },
  "council.noted": { fact: "COUNCIL_NOTED", action: "STATE_FACT" },
  "framing.settled": { fact: "FRAMING_SETTLED", action: "STATE_FACT" },
  "options.agreed": { fact: "OPTIONS_AGREED", action: "STATE_FACT" },
  "feedback.published": { fact: "FEEDBACK_PUBLISHED", action: "STATE_FACT" },
};

const may = (dialogue: Dialogue, action: string) => permit(action, dialogue.permissions)?.allowed === true;

/** What records that this condition is met, where a person does it and the viewer may. */
export function stepFor(exit: Pick<Exit, "code" | "met">, dialogue: Dialogue): Step | undefined {
  if (exit.met) return undefined;
  if (exit.code === "notice.sent") return may(dialogue, "SEND_NOTICE") ? { kind: "notice" } : undefined;
  const stated = STATED[exit.code];
  return stated && may(dialogue, stated.action) ? { kind: "fact", fact: stated.fact } : undefined;
}

/** The steps that belong to no single condition: on, back, ready. */
export function stepsOf(dialogue: Dialogue): Step[] {
  const { phase, exits } = dialogue.phase;
  const moderate = permit("MODERATE", dialogue.permissions);
  const steps: Step[] = [];
  if (may(dialogue, "DECLARE_READY")) steps.push({ kind: "fact", fact: "DELEGATION_READY" });
  const ordered = dialogue.phases.map((each) => each.phase).toSorted((a, b) => a.number - b.number);
  const next = ordered.find(({ number }) => number > phase.number);
  const open = exits.filter(({ met }) => !met).map(({ sentence }) => sentence);
  if (moderate && next) steps.push({ kind: "move", to: next, why: moderate.allowed ? open.join(" ") || null : moderate.why });
  const earlier = ordered.filter(({ number }) => number < phase.number);
  if (moderate?.allowed && earlier.length > 0) steps.push({ kind: "back", to: earlier });
  return steps;
}
