import { expect, test } from "vitest";
import { axes, type Figure, finding, year } from "./figures.ts";

const figure = (code: string, value: number | null, peerMean: number | null = null, composite: string | null = null): Figure => ({
  value, peerMean, dimension: { id: code, code, name: code, optional: false, composite: composite === null ? null : { id: composite } },
});

test("of a composite the whole is drawn where it was published, else its parts", () => {
  const parts = [figure("EDUCATION", 50, null, "LENS"), figure("SPACE", 70, null, "LENS")];
  expect(axes([figure("LENS", 60), ...parts]).map(({ code }) => code)).toEqual(["LENS"]);
  expect(axes([figure("LENS", null), ...parts]).map(({ code }) => code)).toEqual(["EDUCATION", "SPACE"]);
});

test("the overall figure is no axis, and an earlier year joins by policy area", () => {
  const drawn = axes([{ value: 57, peerMean: 54, dimension: null }, figure("MEDIA", 45, 60)], { scores: [{ value: 30, dimension: { code: "MEDIA" } }, { value: 90, dimension: null }] });
  expect(drawn).toEqual([{ code: "MEDIA", name: "MEDIA", value: 45, peerMean: 60, earlier: 30 }]);
});

test("the finding names the strongest, and where the place falls furthest behind its peers", () => {
  const drawn = axes([figure("A", 80, 70), figure("B", 50, 55), figure("C", 60, 90), figure("D", 55)], { scores: [{ value: 40, dimension: { code: "B" } }, { value: 65, dimension: { code: "C" } }] });
  expect(finding(drawn)).toMatchObject({ best: { code: "A" }, weakest: { code: "B" }, behind: { code: "C" }, above: 1, compared: 3, risen: 1, fallen: 1, followed: 2 });
});

test("without peers nothing is said about them", () => expect(finding(axes([figure("A", 80)]))).toMatchObject({ behind: undefined, compared: 0, followed: 0 }));

test("a year is read from whatever the source gives", () => expect([year("2017-08"), year("sample of 2013"), year(null)]).toEqual(["2017", "2013", ""]));
