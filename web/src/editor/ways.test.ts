import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { PollSocket } from "./poll.ts";
import { Ways } from "./ways.ts";

class Line extends EventTarget {
  closed = false;
  close() {
    if (this.closed) return;
    this.closed = true;
    this.dispatchEvent(new CloseEvent("close", { code: 1006 }));
  }
  opens() {
    this.dispatchEvent(new Event("open"));
  }
  says() {
    this.dispatchEvent(new MessageEvent("message"));
  }
}

const make = (list: Line[]) => () => {
  const line = new Line();
  list.push(line);
  return line;
};

let sockets: Line[];
let polls: Line[];
let ways: Ways;
beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  polls = [];
  ways = new Ways({ socket: make(sockets) as unknown as () => WebSocket, poll: make(polls) as unknown as () => PollSocket });
});
afterEach(() => {
  vi.useRealTimers();
});
/** The network ends the line; nobody here did. */
const cut = (line: Line) => line.dispatchEvent(new CloseEvent("close", { code: 1006 }));
const last = (lines: Line[]) => lines[lines.length - 1]!;
function failTwice() {
  for (let time = 0; time < 2; time += 1) {
    ways.open("ws://x");
    cut(last(sockets));
  }
}

test("after two websockets that never opened requests are the way, and nothing is said before they work", () => {
  failTwice();
  expect(ways.slow).toBe(false);
  ways.open("ws://x");
  expect([sockets.length, polls.length]).toEqual([2, 1]);
  expect(ways.slow).toBe(false);
  const heard = vi.fn();
  ways.hear(heard);
  polls[0]!.opens();
  expect(ways.slow).toBe(true);
  expect(heard).toHaveBeenCalledTimes(1);
});

test("a websocket that opens and brings nothing within ten seconds has failed as well", () => {
  for (let time = 0; time < 2; time += 1) {
    ways.open("ws://x");
    last(sockets).opens();
    vi.advanceTimersByTime(9_000);
    expect(last(sockets).closed).toBe(false);
    vi.advanceTimersByTime(1_500);
    expect(last(sockets).closed).toBe(true);
  }
  ways.open("ws://x");
  expect(polls).toHaveLength(1);
});

test("a websocket that brought something, or that was closed here, has not failed", () => {
  for (let time = 0; time < 5; time += 1) {
    ways.open("ws://x");
    last(sockets).says();
    cut(last(sockets));
    const other = ways.open("ws://x");
    other.close();
  }
  ways.open("ws://x");
  expect(polls).toHaveLength(0);
});

test("where a websocket has worked the server is given more time to come back", () => {
  ways.open("ws://x");
  last(sockets).says();
  cut(last(sockets));
  for (let time = 0; time < 6; time += 1) {
    ways.open("ws://x");
    expect(polls).toHaveLength(0);
    cut(last(sockets));
  }
  ways.open("ws://x");
  expect(polls).toHaveLength(1);
});

test("when requests lead nowhere either, websockets are tried again", () => {
  failTwice();
  ways.open("ws://x");
  cut(polls[0]!);
  ways.open("ws://x");
  expect([sockets.length, polls.length]).toEqual([3, 1]);
  expect(ways.slow).toBe(false);
});

test("a websocket is tried now and then beside the requests; when it works everybody changes over", () => {
  failTwice();
  ways.open("ws://x");
  polls[0]!.opens();
  vi.advanceTimersByTime(5_000);
  expect(sockets).toHaveLength(3);
  cut(sockets[2]!);
  vi.advanceTimersByTime(59_000);
  expect(sockets).toHaveLength(3);
  vi.advanceTimersByTime(1_000);
  expect(sockets).toHaveLength(4);
  expect(polls[0]!.closed).toBe(false);
  sockets[3]!.says();
  expect(polls[0]!.closed).toBe(true);
  expect(sockets[3]!.closed).toBe(true);
  expect(ways.slow).toBe(false);
  ways.open("ws://x");
  expect([sockets.length, polls.length]).toEqual([5, 1]);
});

test("with nobody connected no websocket is tried", () => {
  failTwice();
  ways.open("ws://x");
  polls[0]!.opens();
  cut(polls[0]!);
  vi.advanceTimersByTime(1_000_000);
  expect(sockets).toHaveLength(2);
});
