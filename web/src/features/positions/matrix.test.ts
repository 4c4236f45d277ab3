import { expect, test } from "vitest";
import { byLevel, shownOnce } from "./matrix.ts";

const delegation = (id: string, code: string, order: number) => ({ id, organisation: { name: id }, level: { code, name: code, order } });

test("delegations stand with their level, levels in the order of the lab, names in order", () => {
  const groups = byLevel([delegation("Ministry", "national", 2), delegation("Marrow Bay", "local", 0), delegation("North Vale", "regional", 1), delegation("Hillgate", "local", 0)]);
  expect(groups.map(({ level, delegations }) => [level.code, delegations.map(({ id }) => id)])).toEqual([
    ["local", ["Hillgate", "Marrow Bay"]], ["regional", ["North Vale"]], ["national", ["Ministry"]],
  ]);
});

test("no delegations make no groups", () => expect(byLevel([])).toEqual([]));

const said = (id: string, stance: string, counted: boolean, current: boolean) => ({ stance, counted, current, delegation: { id } });

test("a record shows each delegation once: what was counted goes before what was said later", () => {
  const shown = shownOnce([said("Marrow Bay", "SUPPORT", true, false), said("Marrow Bay", "OBJECT", false, true), said("Hillgate", "ABSTAIN", false, true), said("Vessen", "OBJECT", false, false)]);
  expect(shown.map(({ delegation, stance }) => [delegation.id, stance])).toEqual([["Marrow Bay", "SUPPORT"], ["Hillgate", "ABSTAIN"]]);
});
