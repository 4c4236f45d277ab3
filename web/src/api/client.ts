/** How the app speaks to the server: persisted operations over HTTP, live ones over graphql-transport-ws. */
import { Client, type CombinedError, type Exchange, cacheExchange, fetchExchange, mapExchange, subscriptionExchange } from "@urql/core";
import { createClient as createSocket, type SubscribePayload } from "graphql-ws";
import { GRAPHQL, liveAddress } from "./address.ts";
import { fingerprints } from "./generated/fingerprints.ts";
import { patientFetch } from "./patience.ts";
import { changed, sessionEnded } from "./signals.ts";

type Named = { definitions: readonly { kind: string; name?: { value: string } | undefined }[] };

const nameOf = (document: unknown) =>
  (document as Named).definitions.find((part) => part.kind === "OperationDefinition")?.name?.value ?? "";

const persisted = (name: string) => {
  const sha256Hash = fingerprints[name];
  return sha256Hash ? { persistedQuery: { version: 1 as const, sha256Hash, ...(import.meta.env.DEV ? { miss: true } : {}) } } : undefined;
};

/** Queries that hold a person's words: an address is written into logs on its way. */
const HOLDS_WORDS = new Set(["Search"]);

/**
 * Says which operation is meant by its fingerprint, so that no query text travels. Queries are GETs:
 * the browser keeps each answer with its tag, and what has not changed is not sent again.
 */
export const fingerprintExchange: Exchange = mapExchange({
  onOperation(operation) {
    const name = nameOf(operation.query);
    const extensions = persisted(name);
    if (!extensions) return operation;
    const preferGetMethod = operation.kind === "query" && !HOLDS_WORDS.has(name);
    return { ...operation, context: { ...operation.context, preferGetMethod }, extensions: { ...operation.extensions, ...extensions } };
  },
  onResult(result) {
    const codes = result.error?.graphQLErrors.map((error) => error.extensions["code"]) ?? [];
    const status = (result.error?.response as Response | undefined)?.status;
    if (codes.includes("NOT_SIGNED_IN") || status === 401) sessionEnded.say();
    return result;
  },
});

/** The last good answer of each of the latest queries. */
const good = new Map<number, unknown>();
const MOST_KEPT = 60;

function keep(key: number, data: unknown) {
  good.delete(key);
  good.set(key, data);
  const oldest = good.keys().next();
  if (good.size > MOST_KEPT && !oldest.done) good.delete(oldest.value);
}

/**
 * Whether what was asked for is missing because something went wrong. The server says null where
 * somebody takes no part, too, but then without an error, or with NOT_FOUND.
 */
function lost({ data, error }: { data?: Record<string, unknown> | null; error?: CombinedError | undefined }): boolean {
  if (!data) return error !== undefined;
  return (error?.graphQLErrors ?? []).some(({ path, extensions }) => data[String(path?.[0])] === null && extensions["code"] !== "NOT_FOUND");
}

/** An answer that went wrong takes nothing off the screen, and is none; the next one puts it right. */
export const keepingExchange: Exchange = mapExchange({
  onResult(result) {
    const { key, kind } = result.operation;
    if (kind !== "query") return result;
    if (lost(result)) return { ...result, data: good.get(key) };
    if (result.data) keep(key, result.data);
    return result;
  },
});

const socket = createSocket({
  url: liveAddress(),
  lazy: true,
  keepAlive: 20_000,
  retryAttempts: Number.POSITIVE_INFINITY,
  // What was closed or cut is tried again; what can't even be sent would fail at once, for ever.
  shouldRetry: (problem) => problem instanceof Event || (problem instanceof Error && "code" in problem),
  // What was missed meanwhile is read again.
  on: { connected: (_socket, _payload, again) => (again ? changed.say() : undefined) },
});

/**
 * Remembers the latest revision heard of: after a cut the same subscription is sent again and says it,
 * so that the first hint comes at once when something happened meanwhile.
 */
export function noting<Sink extends { next: (value: never) => void }>(payload: { variables?: Record<string, unknown> | null | undefined }, sink: Sink): Sink {
  const wanted = { ...payload.variables };
  payload.variables = wanted;
  return {
    ...sink,
    next: (value: never) => {
      for (const delta of Object.values((value as { data?: Record<string, { revision?: unknown } | null> | null }).data ?? {})) {
        if (typeof delta?.revision === "number") wanted["since"] = Math.max(delta.revision, Number(wanted["since"] ?? 0));
      }
      sink.next(value);
    },
  };
}

const liveExchange = subscriptionExchange({
  forwardSubscription(request) {
    const name = request.operationName ?? "";
    const extensions = persisted(name);
    const payload = {
      operationName: name,
      variables: request.variables,
      ...(extensions ? { extensions } : {}),
      // The library asks for a text; beside a fingerprint it may be empty.
      query: import.meta.env.DEV || !extensions ? request.query : "",
    } as SubscribePayload;
    return {
      subscribe: (sink) => ({
        unsubscribe: socket.subscribe(payload, noting(payload, sink as Parameters<typeof socket.subscribe>[1])),
      }),
    };
  },
});

let person: string | undefined;

/** For whom this page speaks: the server answers nothing as somebody else once her session has ended. */
export function speakFor(id: string | undefined) {
  person = id;
}

export const client = new Client({
  url: GRAPHQL,
  preferGetMethod: false,
  fetch: patientFetch,
  fetchOptions: () => ({ headers: { "x-policylab": "1", ...(person ? { "x-policylab-person": person } : {}) }, credentials: "same-origin" }),
  exchanges: [cacheExchange, keepingExchange, fingerprintExchange, fetchExchange, liveExchange],
});

/** Cuts the live connection, so that it comes back under the session of now. */
export const reconnect = () => socket.terminate();
