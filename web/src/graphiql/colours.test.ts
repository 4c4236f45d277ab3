import { DEFAULT_THEME } from "@mantine/core";
import { expect, test } from "vitest";
import { coloursForGraphiQL } from "./colours.ts";

test("the colours of the house are the same in GraphiQL's notation", () => {
  const { light, dark } = coloursForGraphiQL(DEFAULT_THEME);
  expect(light["--pl-act"]).toBe("#0b5563");
  expect(light["--house-primary"]).toBe("189.5, 80.0%, 21.6%");
  expect(dark["--pl-paper"]).toBe("#181715");
  expect(dark["--house-base"]).toBe("40.0, 6.7%, 8.8%");
});
