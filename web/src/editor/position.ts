/**
 * How far the server's log of a draft is known here, so that after a pause only what came since is asked for.
 *
 * A position is believed only when everything up to it is in the text: on this connection the text was brought whole
 * (or from an earlier such position), and the frames after it came in order. Beside the text on this device it is kept
 * in a transaction that begins after those that keep the text; once one of these has failed it is kept no more.
 */
import * as idb from "lib0/indexeddb";
import type { IndexeddbPersistence } from "y-indexeddb";
import * as Y from "yjs";

const KEY = "seq";
const SAVE_AFTER = 1000;

/** Everything that this state vector counts is in the document. */
export const holds = (doc: Y.Doc, state: Map<number, number>) =>
  [...state].every(([client, clock]) => Y.getState(doc.store, client) >= clock);

/** Where the log stood when the text in this store was last kept. Read before the text is: another tab may be ahead. */
export async function keptPosition(name: string): Promise<number | undefined> {
  const db = await idb.openDB(name, (made) => idb.createStores(made, [["updates", { autoIncrement: true }], ["custom"]]));
  try {
    const [custom] = idb.transact(db, ["custom"], "readonly") as [IDBObjectStore];
    const kept: unknown = await idb.get(custom, KEY);
    return typeof kept === "number" ? kept : undefined;
  } finally {
    db.close();
  }
}

export class Position {
  /** The log position up to which everything is in the text. */
  known: number | undefined;
  private told = 0;
  private whole = false;
  private theirs: Map<number, number> | undefined;
  private resuming = false;
  private saved = 0;
  private store: IndexeddbPersistence | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly doc: Y.Doc) {}

  /** The text is kept in this store from now on, together with the position that was read from it before. */
  keepIn(store: IndexeddbPersistence) {
    this.store = store;
    const failed = () => {
      this.store = undefined;
    };
    // The base class answers this promise before ours: no transaction can have ended yet.
    void (store as unknown as { _db: Promise<IDBDatabase> })._db.then((db) => db.addEventListener("abort", failed), failed);
  }

  /** A connection opens; until it has brought the text nothing that it tells is believed. */
  opens() {
    this.told = 0;
    this.whole = false;
    this.theirs = undefined;
    this.resuming = this.known !== undefined;
  }

  /** The server's own state, as it says it first. */
  stands(state: Map<number, number>) {
    this.theirs ??= state;
  }

  /** The server says first where its log is: before where it was known to be, when it was set back. */
  welcomes(seq: number) {
    if (seq < (this.known ?? 0)) this.resuming = false;
    this.tells(seq);
  }

  /** The server says where its log is; what went before has come before. */
  tells(seq: number) {
    this.told = Math.max(this.told, seq);
    this.believe();
  }

  /** The text has been brought. False when it lacks something after all: then it must be brought whole. */
  brought(): boolean {
    if (this.resuming && !(this.theirs && holds(this.doc, this.theirs))) {
      this.known = undefined;
      return false;
    }
    this.whole = true;
    if (!this.resuming) this.known = undefined; // a log that was set back begins again
    this.believe();
    return true;
  }

  private believe() {
    if (!this.whole || this.told <= (this.known ?? 0)) return;
    this.known = this.told;
    this.timer ??= setTimeout(() => void this.save(), SAVE_AFTER);
  }

  /** Keep it beside the text; an older one is as true, so nothing is lost when this does not come about. */
  async save() {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { store, known } = this;
    if (!store?.synced || !store.db || known === undefined || known === this.saved) return;
    this.saved = known;
    try {
      // Over both stores, so that it waits for the text's own transactions.
      const [, custom] = idb.transact(store.db, ["updates", "custom"]) as [IDBObjectStore, IDBObjectStore];
      await idb.put(custom, known, KEY);
    } catch {
      this.store = undefined; // closed, or cleared by another tab
    }
  }
}
