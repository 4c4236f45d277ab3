import { expect, test } from "vitest";
import { browserName } from "./browsers.ts";

test("browsers that also call themselves others are named by what they are", () => {
  expect(browserName("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0")).toBe("Edge, Windows");
  expect(browserName("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_1) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15")).toBe("Safari, macOS");
  expect(browserName("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/130.0 Mobile Safari/604.1")).toBe("Chrome, iOS");
  expect(browserName("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0")).toBe("Firefox, Linux");
});

test("what is not known is shown as it is, and nothing stays nothing", () => {
  expect(browserName("curl/8.5")).toBe("curl/8.5");
  expect(browserName(null)).toBe("");
});
