/** How GraphiQL asks: over the web app's own ways and in the same person's name, with documents of her own. */
import { type Fetcher, type FetcherParams, createGraphiQLFetcher } from "@graphiql/toolkit";
import { type DocumentNode, Kind, type OperationDefinitionNode, parse } from "graphql";
import { createClient as createSocket } from "graphql-ws";
import { GRAPHQL, liveAddress } from "../api/address.ts";
import { patientFetch } from "../api/patience.ts";
import { sessionEnded } from "../api/signals.ts";

export type Person = { id: string; displayName: string; locale: string };

const OURS = { "x-policylab": "1" };

/** Who is signed in; nothing when nobody is. */
export async function whoAmI(): Promise<Person | undefined> {
  const body = JSON.stringify({ query: "{ viewer { person { id displayName locale } } }" });
  const answer = await patientFetch(GRAPHQL, { method: "POST", headers: { ...OURS, "content-type": "application/json" }, body });
  const { data } = (await answer.json()) as { data?: { viewer: { person: Person } | null } | null };
  return data?.viewer?.person;
}

/** Says aloud when an answer tells that this person is no longer signed in. */
async function listeningFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await patientFetch(input, init);
  const said = (await response.clone().json().catch(() => undefined)) as { errors?: { extensions?: { code?: string } }[] } | undefined;
  if (said?.errors?.some((error) => error.extensions?.code === "NOT_SIGNED_IN")) sessionEnded.say();
  return response;
}

/**
 * The document as it is sent, and the operation that is meant where there is only one. What GraphiQL has read of
 * it may be a moment old: who runs what was just typed would send a subscription where queries go.
 */
export function asSent(params: FetcherParams): { params: FetcherParams; document: DocumentNode | undefined } {
  let document: DocumentNode;
  try {
    document = parse(params.query);
  } catch {
    return { params, document: undefined }; // the server says what is wrong with it
  }
  const operations = document.definitions.filter((part): part is OperationDefinitionNode => part.kind === Kind.OPERATION_DEFINITION);
  if (operations.length !== 1) return { params, document };
  return { params: { ...params, operationName: operations[0]?.name?.value ?? null }, document };
}

/** Asks as this person: once somebody else is signed in here, nothing is answered in her name. */
export function askAs(person: Person): Fetcher {
  const fetcher = createGraphiQLFetcher({
    url: GRAPHQL,
    fetch: listeningFetch as typeof fetch,
    headers: { ...OURS, "x-policylab-person": person.id },
    wsClient: createSocket({ url: liveAddress(), lazy: true, keepAlive: 20_000 }),
    enableIncrementalDelivery: false,
  });
  return (given, options) => {
    const { params, document } = asSent(given);
    return fetcher(params, { ...options, ...(document ? { documentAST: document } : {}) });
  };
}

/** What GraphiQL remembers: for this person, in this tab, until it is closed. Others may use the machine after her. */
export function memoryOf(person: Person) {
  const prefix = `policylab.${person.id}:`;
  const own = () => Object.keys(sessionStorage).filter((key) => key.startsWith(prefix));
  return {
    getItem: (key: string) => sessionStorage.getItem(prefix + key),
    setItem: (key: string, value: string) => sessionStorage.setItem(prefix + key, value),
    removeItem: (key: string) => sessionStorage.removeItem(prefix + key),
    clear: () => own().forEach((key) => sessionStorage.removeItem(key)),
    get length() {
      return own().length;
    },
  };
}
