/** People to choose among, each shown with the post they hold. */
export type PersonChoice = { id: string; displayName: string; memberships: readonly { function: string; organisation: { id: string; name: string } }[] };

export const labelOf = ({ displayName, memberships }: PersonChoice) => {
  const post = memberships[0];
  return post ? `${displayName} · ${post.function}, ${post.organisation.name}` : displayName;
};
