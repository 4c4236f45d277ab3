// Made by scripts/operations.mjs from schema/operations/*.graphql. Not edited.
export const fingerprints: Readonly<Record<string, string>> = {};
