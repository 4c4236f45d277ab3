import { expect, test } from "vitest";
import { type Dialogue, stepFor, stepsOf } from "./steps.ts";

const phases = ["convening", "framing", "session"].map((id, place) => ({ phase: { id, number: place + 1, title: id } }));
const dialogue = (at: number, exits: Dialogue["phase"]["exits"], permissions: Record<string, string | null>): Dialogue => ({
  phase: { phase: phases[at]!.phase, exits }, phases,
  permissions: Object.entries(permissions).map(([action, whyNot]) => ({ action, allowed: whyNot === null, whyNot })),
});
const unsent = { code: "notice.sent", met: false, sentence: "The notice has not been sent." };

test("one may move on as soon as every condition is met", () => {
  expect(stepsOf(dialogue(0, [{ ...unsent, met: true }], { MODERATE: null }))).toEqual([{ kind: "move", to: phases[1]!.phase, why: null }]);
});

test("until then the open conditions say why not", () => {
  expect(stepsOf(dialogue(0, [unsent], { MODERATE: null }))).toEqual([{ kind: "move", to: phases[1]!.phase, why: "The notice has not been sent." }]);
});

test("who does not run the process reads the server's reason, and is not sent back", () => {
  expect(stepsOf(dialogue(1, [], { MODERATE: "Only the moderator does this." }))).toEqual([{ kind: "move", to: phases[2]!.phase, why: "Only the moderator does this." }]);
});

test("from a later phase the way back leads to every earlier one; after the last there is no way on", () => {
  expect(stepsOf(dialogue(2, [], { MODERATE: null }))).toEqual([{ kind: "back", to: [phases[0]!.phase, phases[1]!.phase] }]);
});

test("a delegation that may declare itself ready is offered it", () => {
  expect(stepsOf(dialogue(2, [], { DECLARE_READY: null }))).toEqual([{ kind: "fact", fact: "DELEGATION_READY" }]);
});

test("an open condition offers what meets it, to those who may", () => {
  const agreed = { code: "options.agreed", met: false, sentence: "" };
  expect(stepFor(agreed, dialogue(2, [agreed], { STATE_FACT: null }))).toEqual({ kind: "fact", fact: "OPTIONS_AGREED" });
  expect(stepFor(agreed, dialogue(2, [agreed], { STATE_FACT: "Not you." }))).toBeUndefined();
  expect(stepFor({ ...agreed, met: true }, dialogue(2, [agreed], { STATE_FACT: null }))).toBeUndefined();
  expect(stepFor(unsent, dialogue(0, [unsent], { SEND_NOTICE: null }))).toEqual({ kind: "notice" });
  expect(stepFor({ code: "draft.frozen", met: false }, dialogue(0, [], { STATE_FACT: null }))).toBeUndefined();
});
