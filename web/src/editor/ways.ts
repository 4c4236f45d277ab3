/**
 * By which way a draft's frames go: over a websocket; over plain requests where the network lets none through. The
 * websocket is tried again now and then. What one draft has found out, the next one uses.
 */
import { PollSocket } from "./poll.ts";

/** No message within this time: what is in between passes nothing on. */
const SILENCE = 10_000;
const FAILURES = 2;
/** Where a websocket has worked on this page it is rather the server that is away. */
const FAILURES_AFTER_IT_WORKED = 6;
const TRY_AGAIN_AFTER = [5_000, 60_000, 300_000];

export type Line = WebSocket | PollSocket;
export type Makes = { socket: (url: string) => WebSocket; poll: (url: string) => PollSocket };

export class Ways {
  /** Frames go over plain requests, and that works. */
  slow = false;
  private blocked = false;
  private worked = false;
  private failures = 0;
  private attempts = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly polls = new Set<PollSocket>();
  private readonly listeners = new Set<() => void>();

  constructor(private readonly makes: Makes) {}

  hear = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  open(url: string): Line {
    return this.blocked ? this.poll(url) : this.socket(url);
  }

  private socket(url: string): WebSocket {
    const socket = this.makes.socket(url);
    let ours = false;
    let heard = false;
    const close = socket.close.bind(socket);
    socket.close = (...why) => {
      ours = true;
      close(...why);
    };
    const silence = setTimeout(() => close(), SILENCE);
    socket.addEventListener("message", () => {
      clearTimeout(silence);
      heard = this.worked = true;
      this.failures = 0;
    }, { once: true });
    socket.addEventListener("close", () => {
      clearTimeout(silence);
      if (ours || heard || !navigator.onLine) return;
      this.failures += 1;
      if (this.failures >= (this.worked ? FAILURES_AFTER_IT_WORKED : FAILURES)) this.blocked = true;
    });
    return socket;
  }

  private poll(url: string): PollSocket {
    const poll = this.makes.poll(url);
    let opened = false;
    poll.addEventListener("open", () => {
      opened = true;
      this.polls.add(poll);
      this.now(true);
      this.timer ??= this.tryLater(url);
    });
    poll.addEventListener("close", () => {
      this.polls.delete(poll);
      if (!opened) this.giveUp(); // this way leads nowhere either
      if (this.polls.size > 0) return;
      clearTimeout(this.timer);
      this.timer = undefined;
    });
    return poll;
  }

  private tryLater(url: string) {
    const pause = TRY_AGAIN_AFTER[Math.min(this.attempts, TRY_AGAIN_AFTER.length - 1)];
    this.attempts += 1;
    return setTimeout(() => this.tryNow(url), pause);
  }

  /** A websocket beside the requests: when something comes over it, it is the better way. */
  private tryNow(url: string) {
    this.timer = undefined;
    const socket = this.makes.socket(url);
    const silence = setTimeout(() => socket.close(), SILENCE);
    let heard = false;
    socket.addEventListener("message", () => {
      heard = this.worked = true;
      socket.close();
      this.giveUp();
      for (const poll of this.polls) poll.close(); // whoever used it connects again
    }, { once: true });
    socket.addEventListener("close", () => {
      clearTimeout(silence);
      if (!heard && this.polls.size > 0) this.timer ??= this.tryLater(url);
    });
  }

  private giveUp() {
    this.blocked = false;
    this.failures = this.attempts = 0;
    this.now(false);
  }

  private now(slow: boolean) {
    if (this.slow === slow) return;
    this.slow = slow;
    for (const listener of this.listeners) listener();
  }
}

export const ways = new Ways({ socket: (url) => new WebSocket(url), poll: (url) => new PollSocket(url) });
