import { expect, test } from "vitest";
import { byLevel } from "./matrix.ts";

const delegation = (id: string, code: string, order: number) => ({ id, organisation: { name: id }, level: { code, name: code, order } });

test("delegations stand with their level, levels in the order of the lab, names in order", () => {
  const groups = byLevel([delegation("Ministry", "national", 2), delegation("Marrow Bay", "local", 0), delegation("North Vale", "regional", 1), delegation("Hillgate", "local", 0)]);
  expect(groups.map(({ level, delegations }) => [level.code, delegations.map(({ id }) => id)])).toEqual([
    ["local", ["Hillgate", "Marrow Bay"]], ["regional", ["North Vale"]], ["national", ["Ministry"]],
  ]);
});

test("no delegations make no groups", () => expect(byLevel([])).toEqual([]));
