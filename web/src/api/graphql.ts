import { initGraphQLTada } from "gql.tada";
import type { introspection } from "./generated/graphql-env.d.ts";

/** Typed by the printed schema; fragments are plain data, since one program owns all of them. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: { DateTime: string; Date: string; JSON: unknown; ID: string };
}>();

export type { ResultOf, VariablesOf } from "gql.tada";
