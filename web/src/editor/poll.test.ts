import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { packed, PollSocket, unpacked } from "./poll.ts";

type Request = { method: string; session: string | null; got: number; first: number; frames: number[][]; answer: (told: object, ...frames: number[][]) => void; fail: (status?: number) => void };
const requests: Request[] = [];
const url = "ws://policylab.test/coedit/RHJhZnQ6MQ?frames=1";

function body(told: object, frames: number[][]): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, JSON.stringify(told));
  for (const frame of frames) encoding.writeVarUint8Array(encoder, new Uint8Array(frame));
  return encoding.toUint8Array(encoder) as Uint8Array<ArrayBuffer>;
}

beforeEach(() => {
  requests.length = 0;
  vi.useFakeTimers();
  vi.stubGlobal("fetch", (_: string, { method, body: sent, headers, signal }: RequestInit) => new Promise((resolve, reject) => {
    const bytes = sent as Uint8Array | undefined;
    const decoder = decoding.createDecoder(bytes?.length ? bytes : body({ got: -1, first: -1 }, []));
    const head = JSON.parse(decoding.readVarString(decoder)) as { got: number; first: number };
    const frames: number[][] = [];
    while (decoding.hasContent(decoder)) frames.push([...decoding.readVarUint8Array(decoder)]);
    signal?.addEventListener("abort", () => reject(new Error("aborted")));
    requests.push({
      method: method!, session: new Headers(headers).get("x-policylab-session"), ...head, frames,
      answer: (told, ...back) => resolve(new Response(body(told, back))),
      fail: (status) => (status ? resolve(new Response("{}", { status })) : reject(new TypeError("the line is down"))),
    });
  }));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const soon = () => vi.advanceTimersByTimeAsync(0);
const open = () => ({ taken: 0, first: 0, session: "s".repeat(32) });
async function opened() {
  const socket = new PollSocket(url);
  const heard: number[][] = [];
  const ends: number[] = [];
  socket.addEventListener("message", (event) => heard.push([...new Uint8Array((event as MessageEvent<ArrayBuffer>).data)]));
  socket.addEventListener("close", (event) => ends.push((event as CloseEvent).code));
  requests[0]!.answer(open(), [102]);
  await soon();
  return { socket, heard, ends };
}
const polls = () => requests.filter(({ method, frames }, at) => at > 0 && method === "POST" && frames.length === 0);
const sends = () => requests.filter(({ frames }) => frames.length > 0);

test("the first frames come with the session, and then more is waited for", async () => {
  const { socket, heard } = await opened();
  expect(socket.readyState).toBe(socket.OPEN);
  expect(heard).toEqual([[102]]);
  expect(polls()).toHaveLength(1);
  expect(polls()[0]).toMatchObject({ session: "s".repeat(32), got: 1 });
  polls()[0]!.answer({ taken: 0, first: 1 }, [0, 2], [101]);
  await soon();
  expect(heard).toEqual([[102], [0, 2], [101]]);
  expect(polls()[1]).toMatchObject({ got: 3 });
});

test("a frame that is brought twice is heard once, and a missing one ends the connection", async () => {
  const { heard, ends } = await opened();
  polls()[0]!.answer({ taken: 0, first: 0 }, [102], [0, 2]);
  await soon();
  expect(heard).toEqual([[102], [0, 2]]);
  polls()[1]!.answer({ taken: 0, first: 4 }, [9]);
  await soon();
  expect(heard).toEqual([[102], [0, 2]]);
  expect(ends).toEqual([1006]);
});

test("what is said together goes together, and what is said meanwhile goes afterwards, in order", async () => {
  const { socket } = await opened();
  socket.send(new Uint8Array([1]));
  socket.send(new Uint8Array([2]));
  await soon();
  socket.send(new Uint8Array([3]));
  await soon();
  expect(sends()).toHaveLength(1);
  expect(sends()[0]).toMatchObject({ first: 0, frames: [[1], [2]] });
  sends()[0]!.answer({ taken: 2, first: 1 });
  await soon();
  expect(sends()[1]).toMatchObject({ first: 2, frames: [[3]] });
});

test("a request that fails is made again with the same frames under the same numbers", async () => {
  const { socket, heard, ends } = await opened();
  socket.send(new Uint8Array([1]));
  await soon();
  sends()[0]!.fail();
  polls()[0]!.fail(502);
  await vi.advanceTimersByTimeAsync(400);
  expect(sends()[1]).toMatchObject({ first: 0, frames: [[1]] });
  sends()[1]!.answer({ taken: 1, first: 1 });
  polls()[1]!.answer({ taken: 1, first: 1 }, [7]);
  await soon();
  expect(heard).toEqual([[102], [7]]);
  expect(ends).toEqual([]);
});

test("a session that the server knows no more ends as a lost line does", async () => {
  const { ends } = await opened();
  polls()[0]!.fail(404);
  await soon();
  expect(ends).toEqual([1006]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(polls()).toHaveLength(1);
});

test("an end is told with its code after the last frames, and a frame that is too large is one", async () => {
  const { heard, ends } = await opened();
  polls()[0]!.answer({ taken: 0, first: 1, closed: { code: 4501, reason: "What you may do here has changed." } }, [5]);
  await soon();
  expect(heard).toEqual([[102], [5]]);
  expect(ends).toEqual([4501]);
  requests.length = 0;
  const second = await opened();
  second.socket.send(new Uint8Array([1]));
  await soon();
  sends()[0]!.fail(413);
  await soon();
  expect(second.ends).toEqual([1009]);
});

test("who leaves gives first what was said before", async () => {
  const { socket, ends } = await opened();
  socket.send(new Uint8Array([1]));
  await soon();
  socket.send(new Uint8Array([2]));
  socket.close();
  await soon();
  expect(ends).toEqual([1001]);
  sends()[0]!.answer({ taken: 1, first: 1 });
  await soon();
  expect(sends()[1]).toMatchObject({ first: 1, frames: [[2]] });
  expect(requests.at(-1)!.method).toBe("POST");
  sends()[1]!.answer({ taken: 2, first: 1 });
  await soon();
  expect(requests.at(-1)!.method).toBe("DELETE");
});

test("who is not let in hears that the line is lost", async () => {
  const socket = new PollSocket(url);
  const ends: number[] = [];
  socket.addEventListener("close", (event) => ends.push((event as CloseEvent).code));
  requests[0]!.fail(401);
  await soon();
  expect(ends).toEqual([1006]);
  expect(requests).toHaveLength(1);
});

test("a request reads back as it was written", () => {
  const { told, frames } = unpacked(packed(3, 4, [new Uint8Array([1, 2]), new Uint8Array()]).buffer);
  expect(told).toEqual({ got: 3, first: 4 });
  expect(frames.map((frame) => [...frame])).toEqual([[1, 2], []]);
});
