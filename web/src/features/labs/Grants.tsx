/** Who has which role in a dialogue. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { type DialoguePeopleDocument, EndGrantDocument } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { useVerb } from "../../api/hooks.ts";
import { Button } from "../../ui/Button.tsx";
import { Ask } from "../../ui/Dialog.tsx";
import { EmptyState, RefusalNotice, Tag } from "../../ui/Notice.tsx";
import { PersonLine, type Rung } from "../../ui/PersonLine.tsx";
import { Line, Lines } from "../../ui/Table.tsx";
import { useRoleNames } from "./actions.ts";

type Grant = NonNullable<ResultOf<typeof DialoguePeopleDocument>["dialogue"]>["grants"][number];

export function Grants({ grants, levels, mayEnd }: { grants: readonly Grant[]; levels: readonly Rung[]; mayEnd: boolean }) {
  const { t } = useLingui();
  const names = useRoleNames();
  const [end, { waiting, refusal }] = useVerb(EndGrantDocument);
  const [asked, setAsked] = useState<Grant>();
  if (grants.length === 0) return <EmptyState title={<Trans>Nobody has a role yet</Trans>}><Trans>A moderator runs the process from phase to phase; a rapporteur holds the pen. Begin with a moderator.</Trans></EmptyState>;
  return (
    <>
      <Lines label={t`Roles`}>
        {grants.map((grant) => {
          const role = names(grant.role);
          return (
            <Line key={grant.id} side={mayEnd && <Button size="small" kind="plain" label={t`End the role: ${role}, ${grant.capacity.function}`} onClick={() => setAsked(grant)}><Trans>End the role</Trans></Button>}>
              <PersonLine capacity={grant.capacity} levels={levels} /> <Tag>{role}</Tag>
            </Line>
          );
        })}
      </Lines>
      <Ask open={asked !== undefined} onClose={() => setAsked(undefined)} title={t`End this role`} verb={t`End the role`} waiting={waiting}
        onConfirm={() => void end({ grantId: asked?.id ?? "" }).then((done) => { if (done) setAsked(undefined); })}>
        <p><Trans>{asked?.capacity.function} is no longer {asked ? names(asked.role) : ""} here. What was done in this role stays.</Trans></p>
        <RefusalNotice refusal={refusal} />
      </Ask>
    </>
  );
}
