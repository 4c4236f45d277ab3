/**
 * Hocuspocus as its documentation sets it up: a token, SQLite, everything else by default.
 *
 * The statements are those of its SQLite extension; Node's own SQLite stands for better-sqlite3,
 * which must be compiled where its prebuilt files can't be fetched.
 */

import { DatabaseSync } from "node:sqlite";
import { Database } from "@hocuspocus/extension-database";
import { Server } from "@hocuspocus/server";

const tokens = new Set(process.env.TOKENS.split(","));
const sqlite = new DatabaseSync(`${process.env.FOLDER}/documents.sqlite`);
sqlite.exec(
  'CREATE TABLE IF NOT EXISTS "documents" ("name" varchar(255) NOT NULL, "data" blob NOT NULL, UNIQUE(name))',
);
const select = sqlite.prepare('SELECT data FROM "documents" WHERE name = ? ORDER BY rowid DESC');
const upsert = sqlite.prepare(
  'INSERT INTO "documents" ("name", "data") VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET data = excluded.data',
);

const server = new Server({
  port: Number(process.env.PORT),
  address: "127.0.0.1",
  quiet: true,
  extensions: [
    new Database({
      fetch: async ({ documentName }) => select.get(documentName)?.data ?? null,
      store: async ({ documentName, state }) => {
        upsert.run(documentName, state);
      },
    }),
  ],
  async onAuthenticate({ token }) {
    if (!tokens.has(token)) throw new Error("Not authorized!");
  },
});

server.listen();
