/**
 * The wire of a draft over plain requests, for networks that let no websocket through (server/choices/coediting-wire.md):
 * shaped like a WebSocket, so that the provider needs to know nothing of it.
 */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";

export const LOST = 1006;
const TOO_LARGE = 1009;
const GOING = 1001;
const PATIENCE = 30_000;
/** Milliseconds between attempts to make a request again. */
const AGAIN_AFTER = [300, 1000, 2000, 4000];
/** Bytes of frames that go in one request; a server takes a mebibyte. */
const AT_ONCE = 900_000;
/** What browsers let a page send while it goes. */
const WHILE_GOING = 60_000;

type Told = { taken: number; first: number; session?: string; closed?: { code: number; reason: string } };

/** A request was answered with something that asking again does not change. */
class Turned extends Error {
  constructor(readonly status: number) {
    super(`answered with ${status}`);
  }
}

export function packed(got: number, first: number, frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, JSON.stringify({ got, first }));
  for (const frame of frames) encoding.writeVarUint8Array(encoder, frame);
  return encoding.toUint8Array(encoder) as Uint8Array<ArrayBuffer>;
}

export function unpacked(body: ArrayBuffer): { told: Told; frames: Uint8Array<ArrayBuffer>[] } {
  const decoder = decoding.createDecoder(new Uint8Array(body));
  const told = JSON.parse(decoding.readVarString(decoder)) as Told;
  const frames: Uint8Array<ArrayBuffer>[] = [];
  while (decoding.hasContent(decoder)) frames.push(decoding.readVarUint8Array(decoder).slice() as Uint8Array<ArrayBuffer>);
  return { told, frames };
}

const later = (milliseconds: number) => new Promise((resolve) => {
  setTimeout(resolve, milliseconds);
});

export class PollSocket extends EventTarget {
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  readyState = 0;
  binaryType = "arraybuffer";
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  private readonly address: string;
  private session = "";
  /** Frames of the server that have come, and frames of ours that it has taken. */
  private got = 0;
  private given = 0;
  private readonly queue: Uint8Array[] = [];
  private sending: Promise<void> | undefined;
  private readonly fetching = new AbortController();

  constructor(readonly url: string) {
    super();
    const address = new URL(url.replace(/^ws/, "http"));
    address.pathname += "/poll";
    this.address = address.href;
    addEventListener("pagehide", this.goes);
    void this.run();
  }

  send(data: Uint8Array) {
    if (this.readyState !== this.OPEN) return;
    this.queue.push(data.slice());
    this.sending ??= this.giveAll();
  }

  /** As with a websocket, what was sent before is still delivered, and `onclose` comes a little later. */
  close() {
    if (this.readyState >= this.CLOSING) return;
    this.readyState = this.CLOSING;
    void this.leave();
    queueMicrotask(() => this.end(GOING, ""));
  }

  private readonly goes = () => this.close();

  private async run() {
    try {
      this.hear(await this.ask(new Uint8Array(), this.fetching.signal));
      while (this.readyState === this.OPEN) this.hear(await this.insist(() => packed(this.got, 0, []), this.fetching.signal));
    } catch (problem) {
      this.end(LOST, String(problem));
    }
  }

  /** Sends everything that waits, request after request: the server takes them in their order. */
  private async giveAll() {
    try {
      await Promise.resolve(); // what is said together goes together
      while (this.queue.length > 0 && this.readyState < this.CLOSED) {
        const frames = this.next();
        const { told } = await this.insist(() => packed(this.got, this.given, frames));
        this.given += frames.length;
        this.queue.splice(0, frames.length);
        if (told.closed) this.end(told.closed.code, told.closed.reason);
      }
    } catch (problem) {
      this.end(problem instanceof Turned && problem.status === 413 ? TOO_LARGE : LOST, String(problem));
    } finally {
      this.sending = undefined;
    }
  }

  private next(): Uint8Array[] {
    let size = 0;
    const past = this.queue.findIndex((frame) => (size += frame.length) > AT_ONCE);
    return this.queue.slice(0, past < 0 ? undefined : Math.max(1, past));
  }

  private hear({ told, frames }: { told: Told; frames: Uint8Array<ArrayBuffer>[] }) {
    if (told.session) this.open(told.session);
    if (told.first > this.got) throw new Error("frames are missing");
    for (const frame of frames.slice(this.got - told.first)) {
      if (this.readyState !== this.OPEN) return;
      this.got += 1;
      this.say(new MessageEvent("message", { data: frame.buffer }));
    }
    if (told.closed) this.end(told.closed.code, told.closed.reason);
  }

  private open(session: string) {
    this.session = session;
    if (this.readyState !== this.CONNECTING) return void this.leave();
    this.readyState = this.OPEN;
    this.say(new Event("open"));
  }

  private end(code: number, reason: string) {
    if (this.readyState === this.CLOSED) return;
    this.readyState = this.CLOSED;
    removeEventListener("pagehide", this.goes);
    this.fetching.abort();
    this.say(new CloseEvent("close", { code, reason: reason.slice(0, 100), wasClean: code !== LOST }));
  }

  private say(event: Event) {
    this.dispatchEvent(event);
    try {
      if (event.type === "open") this.onopen?.(event);
      else if (event.type === "message") this.onmessage?.(event as MessageEvent);
      else this.onclose?.(event as CloseEvent);
    } catch (problem) {
      queueMicrotask(() => {
        throw problem; // as it is for a websocket: seen by the page, and nothing of the line
      });
    }
  }

  /** A request, made again while it fails: its frames are numbered, so that it may have been heard before. */
  private async insist(body: () => Uint8Array<ArrayBuffer>, signal?: AbortSignal) {
    for (const pause of AGAIN_AFTER) {
      try {
        return await this.ask(body(), signal);
      } catch (problem) {
        if (signal?.aborted || (problem instanceof Turned && problem.status < 500 && problem.status !== 429)) throw problem;
        await later(pause);
      }
    }
    return this.ask(body(), signal);
  }

  private async ask(body: Uint8Array<ArrayBuffer>, signal?: AbortSignal, keepalive = false) {
    const patience = AbortSignal.timeout(PATIENCE);
    const answer = await this.request("POST", { body, keepalive, signal: signal ? AbortSignal.any([signal, patience]) : patience });
    if (!answer.ok) throw new Turned(answer.status);
    return unpacked(await answer.arrayBuffer());
  }

  private request(method: "POST" | "DELETE", more: RequestInit): Promise<Response> {
    const session = this.session ? { "x-policylab-session": this.session } : undefined;
    return fetch(this.address, { ...more, method, cache: "no-store", credentials: "same-origin", headers: { "x-policylab": "1", "content-type": "application/octet-stream", ...session } });
  }

  /** Gives what is still to be given, and lets the server know that nobody listens any more. */
  private async leave() {
    if (!this.session) return;
    try {
      await this.sending;
      const rest = this.queue.splice(0);
      const body = packed(this.got, this.given, rest);
      if (rest.length > 0) await this.ask(body, undefined, body.length < WHILE_GOING);
      await this.request("DELETE", { keepalive: true });
    } catch {
      // The page goes, or the line is down: the server ends the session when it hears nothing more.
    }
  }
}
