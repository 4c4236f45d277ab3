/** What screens use: one query a screen, one verb a button. */
import type { DocumentInput } from "@urql/core";
import { useCallback, useEffect, useRef, useState } from "react";
import { type AnyVariables, useMutation, useQuery, useSubscription } from "urql";
import { changed } from "./signals.ts";

/** Why a screen has nothing to show: what the server said of it, if it said anything; and another try. */
export type Problem = { said: string; again: () => void };

export type Refusal = { code: string; message: string; field: string | null };

/** A screen's data. Old data stays in view while newer is on its way. */
export function useScreen<Data, Variables extends AnyVariables>(
  query: DocumentInput<Data, Variables>,
  variables: Variables,
  options: { pause?: boolean } = {},
) {
  const [{ data, error, fetching, stale }, again] = useQuery<Data, Variables>({
    query,
    variables,
    requestPolicy: "cache-and-network",
    pause: options.pause ?? false,
  } as Parameters<typeof useQuery<Data, Variables>>[0]);
  const refresh = useCallback(() => again({ requestPolicy: "network-only" }), [again]);
  const paused = options.pause ?? false;
  useEffect(() => (paused ? undefined : changed.hear(refresh)), [refresh, paused]);
  const problem: Problem | undefined = data || !error ? undefined : { said: error.graphQLErrors[0]?.message ?? "", again: refresh };
  return { data, waiting: fetching && !data, settling: fetching || stale, problem, refresh };
}

type Answer<Data> = Exclude<NonNullable<Data[keyof Data]>, { __typename: "Refusal" }>;

/** A verb: `run(input)` answers what was made, or undefined when it was refused or did not arrive. */
export function useVerb<Data extends object, Variables extends { input: object }>(document: DocumentInput<Data, Variables>) {
  const [, send] = useMutation<Data, Variables>(document);
  const [waiting, setWaiting] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  // The same intention keeps its id, so that a retry after a lost answer does nothing twice.
  const intention = useRef({ input: "", id: "" });

  const run = useCallback(
    async (input: Omit<Variables["input"], "clientMutationId">): Promise<Answer<Data> | undefined> => {
      const written = JSON.stringify(input);
      if (intention.current.input !== written) intention.current = { input: written, id: crypto.randomUUID() };
      setWaiting(true);
      setRefusal(undefined);
      const result = await send({ input: { ...input, clientMutationId: intention.current.id } } as unknown as Variables);
      setWaiting(false);
      if (!result.data) {
        setRefusal({ code: "NOT_SENT", message: result.error?.graphQLErrors[0]?.message ?? "", field: null });
        return undefined;
      }
      intention.current = { input: "", id: "" };
      const answer = Object.values(result.data)[0] as Answer<Data> | ({ __typename: "Refusal" } & Refusal);
      if ((answer as { __typename: string }).__typename === "Refusal") {
        setRefusal(answer as Refusal);
        return undefined;
      }
      changed.say();
      return answer as Answer<Data>;
    },
    [send],
  );
  const forget = useCallback(() => setRefusal(undefined), []);
  return [run, { waiting, refusal, forget }] as const;
}

/** Reads the screen again whenever the server announces a change there. */
export function useLive<Data, Variables extends AnyVariables>(query: DocumentInput<Data, Variables>, variables: Variables, pause = false) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const hear = useCallback((_: Data | undefined, delta: Data) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => changed.say(), 60);
    return delta;
  }, []);
  useSubscription({ query, variables, pause } as Parameters<typeof useSubscription<Data, Data, Variables>>[0], hear);
  useEffect(() => () => clearTimeout(timer.current), []);
}
