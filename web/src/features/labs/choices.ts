/** Whom one chooses among, and how they are called to the table. */
export type PersonChoice = { id: string; displayName: string; memberships: readonly { function: string; organisation: { id: string; name: string } | null }[] };

export const labelOf = ({ displayName, memberships }: PersonChoice) => {
  const post = memberships[0];
  return post ? `${displayName} · ${[post.function, post.organisation?.name].filter(Boolean).join(", ")}` : displayName;
};

/** The address to send. The code of somebody's first sign-in travels behind the #: no server or log reads it there. */
export const invitationAddress = ({ url, signInCode }: { url: string | null; signInCode: string | null }, here: string) =>
  url && `${new URL(url, here).href}${signInCode ? `#${signInCode}` : ""}`;
