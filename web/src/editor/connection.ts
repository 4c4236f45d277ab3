/**
 * The wire of one draft (server/choices/coediting-wire.md): says truthfully whether words are stored, keeps them
 * on this device while they are not, and puts refused words aside so that they can be offered again.
 */
import * as decoding from "lib0/decoding";
import { IndexeddbPersistence } from "y-indexeddb";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { changed, signedIn } from "../api/signals.ts";
import { keptPosition, Position } from "./position.ts";
import { ways } from "./ways.ts";

export type Welcome = { right: "read" | "suggest" | "write"; capacity: string | null; function: string; organisation: string; level: string | null; label: string };
export type Refused = { code: string; message: string; words: string };
export type Sign = "opening" | "stored" | "saving" | "offline" | "refused" | "broken";
export type Standing = { sign: Sign; welcome: Welcome | undefined; refused: Refused | undefined; synced: boolean; kept: boolean; slow: boolean };

/** Counts what this connection sent and what the server has stored of it; keeps what is on its way. */
export class Ledger {
  sent = 0;
  stored = 0;
  private waiting: { count: number; update: Uint8Array }[] = [];

  send(frame: Uint8Array): boolean {
    const update = updateIn(frame);
    if (!update) return false;
    this.sent += 1;
    this.waiting.push({ count: this.sent, update });
    return true;
  }
  acknowledge(count: number) {
    this.stored = Math.max(this.stored, count);
    this.waiting = this.waiting.filter((each) => each.count > this.stored);
  }
  get settled() {
    return this.stored >= this.sent;
  }
  /** The words of everything that is on its way, as far as they are words. */
  words(): string {
    return this.waiting.map(({ update }) => wordsIn(update)).join("").trim();
  }
}

/** The update in a frame `0 1` or `0 2`; undefined for every other frame. */
export function updateIn(frame: Uint8Array): Uint8Array | undefined {
  if (frame[0] !== 0 || (frame[1] !== 1 && frame[1] !== 2)) return undefined;
  const decoder = decoding.createDecoder(frame);
  decoding.readVarUint(decoder);
  decoding.readVarUint(decoder);
  return decoding.readVarUint8Array(decoder);
}

/** What an update inserts, as plain words; blocks end in a line break. */
export function wordsIn(update: Uint8Array): string {
  return Y.decodeUpdate(update).structs
    .map((struct) => {
      if (!(struct instanceof Y.Item)) return "";
      if (struct.content instanceof Y.ContentString) return struct.content.str;
      return struct.content instanceof Y.ContentType && struct.content.type instanceof Y.XmlElement ? "\n" : "";
    })
    .join("");
}

const asideKey = (person: string, draft: string) => `policylab.refused.${person}.${draft}`;

/** Words that were refused earlier and neither taken back nor thrown away. */
export function wordsAside(person: string, draft: string): Refused | undefined {
  const kept = localStorage.getItem(asideKey(person, draft));
  return kept ? (JSON.parse(kept) as Refused) : undefined;
}
export const forgetAside = (person: string, draft: string) => localStorage.removeItem(asideKey(person, draft));

/** Milliseconds that the copy on this device is waited for, before everything is asked of the server. */
const PATIENCE = 500;
const within = <T>(time: number, wanted: Promise<T>) => Promise.race([wanted.catch(() => undefined), new Promise<undefined>((resolve) => {
  setTimeout(() => resolve(undefined), time);
})]);

export class DraftConnection {
  readonly doc = new Y.Doc();
  readonly provider: WebsocketProvider;
  private readonly position = new Position(this.doc);
  private store: IndexeddbPersistence | undefined;
  private closed = false;
  private ledger = new Ledger();
  private failures = 0;
  private standing: Standing;
  private readonly listeners = new Set<() => void>();
  private readonly ends: (() => void)[] = [];

  constructor(
    private readonly draft: string,
    private readonly person: string,
    private readonly renew: () => void,
  ) {
    this.standing = { sign: "opening", welcome: undefined, refused: wordsAside(person, draft), synced: false, kept: false, slow: ways.slow };

    const opened = () => {
      this.ledger = new Ledger();
      this.position.opens();
    };
    const sent = (frame: Uint8Array) => {
      if (this.ledger.send(frame)) this.judge();
    };
    /** What the provider takes for a WebSocket; it is one, or behaves as one. */
    function Socket(url: string) {
      opened();
      const line = ways.open(url);
      const send = line.send.bind(line) as (data: Uint8Array<ArrayBuffer>) => void;
      line.send = (data: Uint8Array<ArrayBuffer>) => {
        sent(data);
        send(data);
      };
      return line;
    }
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.provider = new WebsocketProvider(`${scheme}://${location.host}/coedit`, draft, this.doc, {
      connect: false, params: { frames: "1" }, disableBc: true, WebSocketPolyfill: Socket as unknown as typeof WebSocket, maxBackoffTime: 8000,
    });
    const sync = this.provider.messageHandlers[0]!;
    this.provider.messageHandlers[0] = (encoder, decoder, ...more) => {
      const ahead = decoding.clone(decoder);
      if (decoding.readVarUint(ahead) === 0) this.position.stands(Y.decodeStateVector(decoding.readVarUint8Array(ahead)));
      sync(encoder, decoder, ...more);
    };
    this.provider.messageHandlers[100] = (_, decoder) => this.refuse(JSON.parse(decoding.readVarString(decoder)) as { code: string; message: string });
    this.provider.messageHandlers[101] = (_, decoder) => {
      this.position.tells(decoding.readVarUint(decoder));
      this.ledger.acknowledge(decoding.readVarUint(decoder));
      this.judge();
    };
    this.provider.messageHandlers[102] = (_, decoder) => {
      this.failures = 0;
      const { seq, ...welcome } = JSON.parse(decoding.readVarString(decoder)) as Welcome & { seq: number };
      this.position.welcomes(seq);
      this.change({ welcome });
    };
    this.provider.on("status", () => this.judge());
    this.provider.on("sync", (synced: boolean) => {
      if (synced && !this.position.brought()) return void this.provider.ws?.close(); // comes back, and asks for everything
      this.change({ synced: synced || this.standing.synced });
      this.judge();
    });
    this.provider.on("connection-close", (event: CloseEvent | null) => {
      this.resumeFromHere();
      this.failures += 1;
      if (event && event.code >= 4400 && event.code < 4500) this.change({ sign: "broken" });
      else this.judge();
      // The socket can't say why it was turned away; the screen can: a session may have ended, a right gone.
      if (this.failures === 2) changed.say();
    });
    this.ends.push(signedIn.hear(() => this.provider.connect()), ways.hear(() => this.change({ slow: ways.slow })));
    const leave = (event: BeforeUnloadEvent) => {
      if (this.standing.sign === "saving") event.preventDefault();
    };
    addEventListener("beforeunload", leave);
    this.ends.push(() => removeEventListener("beforeunload", leave));
    void this.begin();
  }

  /** What is kept on this device first, then the server. */
  private async begin() {
    // Kept apart by person: what one typed is never sent under another's name.
    const name = `policylab:${this.person}:${this.draft}`;
    const position = await within(PATIENCE, keptPosition(name));
    if (this.closed) return;
    this.store = new IndexeddbPersistence(name, this.doc);
    this.position.keepIn(this.store);
    this.store.once("synced", () => this.change({ kept: true }));
    await within(PATIENCE, this.store.whenSynced);
    if (this.closed) return;
    if (this.store.synced) this.position.known = position;
    this.resumeFromHere();
    this.provider.connect();
  }

  private resumeFromHere() {
    const { known } = this.position;
    this.provider.params = { frames: "1", ...(known !== undefined && { since: String(known) }) };
  }

  read = () => this.standing;
  hear = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  forgetRefused() {
    forgetAside(this.person, this.draft);
    this.change({ refused: undefined });
  }

  close() {
    this.closed = true;
    for (const end of this.ends) end();
    this.provider.destroy();
    void this.position.save();
    void this.store?.destroy();
    this.doc.destroy();
  }

  private change(what: Partial<Standing>) {
    this.standing = { ...this.standing, ...what };
    for (const listener of this.listeners) listener();
  }

  private judge() {
    if (this.standing.sign === "broken" || this.standing.sign === "refused") return;
    const sign: Sign = !this.provider.wsconnected
      ? this.standing.synced || this.failures > 0 ? "offline" : "opening"
      : !this.provider.synced ? "opening" : this.ledger.settled ? "stored" : "saving";
    if (sign !== this.standing.sign) this.change({ sign });
  }

  /** Keeps the refused words, forgets this copy of the text, and starts anew under another client id. */
  private refuse({ code, message }: { code: string; message: string }) {
    const earlier = wordsAside(this.person, this.draft);
    const words = [earlier?.words, this.ledger.words()].filter(Boolean).join("\n");
    const refused = { code, message, words };
    localStorage.setItem(asideKey(this.person, this.draft), JSON.stringify(refused));
    this.change({ sign: "refused", refused });
    this.provider.disconnect();
    void Promise.resolve(this.store?.clearData()).then(() => this.renew());
  }
}
