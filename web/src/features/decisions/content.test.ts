import { expect, test } from "vitest";
import { readContent } from "./content.ts";

test("words are read in the reader's language, else in one that is there", () => {
  expect(readContent({ reasons: { en: "It works.", fr: "Cela marche." } }, "fr").reasons).toBe("Cela marche.");
  expect(readContent({ reasons: { en: "It works." } }, "fr").reasons).toBe("It works.");
  expect(readContent({ reasons: "It works.", followUp: "Budget by May." }, "fr")).toMatchObject({ reasons: "It works.", followUp: "Budget by May." });
});

test("a draft without words has none", () => expect(readContent(null, "en")).toMatchObject({ reasons: "", followUp: "", reservations: [], convened: "" }));

test("people are functions of bodies; reservations and recommendations keep their places", () => {
  const read = readContent({
    notice: { sentAt: "2026-01-05T09:00:00Z" },
    procedure: { closedAt: "2026-03-01T10:00:00Z", closedBy: { function: { en: "Moderator" }, organisation: { en: "Association of Arvenian Cities" } } },
    reservations: [{ delegation: "d", organisation: { en: "Hillgate" }, points: ["Not before 2027."], objection: false }],
    recommendations: [{ number: "R4", links: [{ number: "2.3" }, { number: null }] }],
  }, "en");
  expect(read.closedBy).toBe("Moderator, Association of Arvenian Cities");
  expect(read.reservations).toEqual([{ delegation: "d", organisation: "Hillgate", points: ["Not before 2027."], objection: false }]);
  expect(read.recommendations).toEqual([{ number: "R4", clauses: ["2.3"] }]);
});
