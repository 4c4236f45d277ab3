import { expect, test } from "vitest";
import { exportAddress } from "./exportAddress.ts";

test("the languages are asked for, in one file or several", () => {
  expect(exportAddress("/files/exports/x/pdf", ["en"])).toBe("/files/exports/x/pdf?languages=en");
  expect(exportAddress("/files/exports/x/pdf?languages=fr", ["en", "fr"])).toBe("/files/exports/x/pdf?languages=en,fr");
  expect(exportAddress("/files/exports/x/pdf?ticket=t", ["en"])).toBe("/files/exports/x/pdf?ticket=t&languages=en");
});
