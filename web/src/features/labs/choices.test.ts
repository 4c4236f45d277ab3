import { expect, test } from "vitest";
import { invitationAddress, labelOf } from "./choices.ts";

const here = "https://lab.example/dialogues/x/people";

test("an invitation is a whole address, with the first sign-in behind the #", () => {
  expect(invitationAddress({ url: "/invitations/abc", signInCode: "K7" }, here)).toBe("https://lab.example/invitations/abc#K7");
  expect(invitationAddress({ url: "/invitations/abc", signInCode: null }, here)).toBe("https://lab.example/invitations/abc");
});

test("an address that is told only once is not made up the second time", () => expect(invitationAddress({ url: null, signInCode: null }, here)).toBeNull());

test("a person is shown with function and organisation, where there is a post", () => {
  expect(labelOf({ id: "p", displayName: "A", memberships: [{ function: "Head of housing", organisation: { id: "o", name: "Hillgate" } }] })).toBe("A · Head of housing, Hillgate");
  expect(labelOf({ id: "p", displayName: "A", memberships: [] })).toBe("A");
});
