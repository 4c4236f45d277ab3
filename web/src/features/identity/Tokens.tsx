/** Tokens with which the viewer's programs act for the viewer. */
import { Trans, useLingui } from "@lingui/react/macro";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { CreateAccessTokenDocument, RevokeAccessTokenDocument } from "../../api/generated/operations.ts";
import { useVerb } from "../../api/hooks.ts";
import { useFormat } from "../../i18n/format.ts";
import { Button } from "../../ui/Button.tsx";
import { CopyField } from "../../ui/Copy.tsx";
import { Ask, Dialog } from "../../ui/Dialog.tsx";
import { ChoicesField, NumberField, TextField } from "../../ui/fields.tsx";
import { Column, Form } from "../../ui/Form.tsx";
import { EmptyState, RefusalNotice, Tag, problemOf } from "../../ui/Notice.tsx";
import { Line, Lines } from "../../ui/Table.tsx";
import { Time } from "../../ui/Time.tsx";
import type { Own } from "./Sessions.tsx";

const SCOPES = ["READ", "WRITE", "ADMIN"] as const;

function useScopes() {
  const { t } = useLingui();
  return { READ: t`read`, WRITE: t`write`, ADMIN: t`administer`, CALENDAR: t`calendar` };
}

export function Tokens({ tokens }: { tokens: Own["accessTokens"] }) {
  const { t } = useLingui();
  const format = useFormat();
  const scopes: Record<string, string> = useScopes();
  const [revoke, { waiting, refusal }] = useVerb(RevokeAccessTokenDocument);
  const [asked, setAsked] = useState<Own["accessTokens"][number]>();
  if (tokens.length === 0) return <EmptyState title={<Trans>No tokens</Trans>}><Trans>A token lets a program of yours read or write here in your name, within what you allow it.</Trans></EmptyState>;
  const name = asked?.name ?? "";
  return (
    <>
      <Lines label={t`Tokens`}>
        {tokens.map((token) => (
          <Line key={token.id} side={<Button size="small" kind="plain" label={t`End it: ${token.name}`} onClick={() => setAsked(token)}><Trans>End it</Trans></Button>}>
            {token.name} {token.scopes.map((scope) => <Tag key={scope}>{scopes[scope.toUpperCase()] ?? scope}</Tag>)}
            <div className="quiet">
              {token.lastUsedAt ? <Trans>Last used <Time value={token.lastUsedAt} as="when" /></Trans> : <Trans>Not used yet</Trans>}
              {token.expiresAt && <> · <Trans>ends on {format.date(token.expiresAt)}</Trans></>}
            </div>
          </Line>
        ))}
      </Lines>
      <Ask open={asked !== undefined} onClose={() => setAsked(undefined)} title={t`End this token`} verb={t`End the token`} waiting={waiting}
        onConfirm={() => void revoke({ tokenId: asked?.id ?? "" }).then((done) => { if (done) setAsked(undefined); })}>
        <p><Trans>Programs that use “{name}” are shut out at once.</Trans></p>
        <RefusalNotice refusal={refusal} />
      </Ask>
    </>
  );
}

export function NewToken({ administrator }: { administrator: boolean }) {
  const { t } = useLingui();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon={<IconPlus aria-hidden="true" />} onClick={() => setOpen(true)}><Trans>Make a token</Trans></Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t`Make a token`}><MakeToken administrator={administrator} onDone={() => setOpen(false)} /></Dialog>
    </>
  );
}

function MakeToken({ administrator, onDone }: { administrator: boolean; onDone: () => void }) {
  const { t } = useLingui();
  const scopes = useScopes();
  const [create, { waiting, refusal }] = useVerb(CreateAccessTokenDocument);
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>(["READ"]);
  const [days, setDays] = useState(90);
  const [secret, setSecret] = useState<string | null>();
  const send = async () => {
    const made = await create({ name, scopes: SCOPES.filter((scope) => chosen.includes(scope)), days });
    if (made) setSecret(made.secret);
  };
  if (secret !== undefined) {
    return (
      <Column>
        {secret
          ? <><p><Trans>Keep it where your program finds it and nobody else does. It is not shown again.</Trans></p><CopyField label={t`Token`} value={secret} /></>
          : <p><Trans>The token was made, but can’t be shown a second time. End it and make a new one.</Trans></p>}
        <div><Button kind="primary" onClick={onDone}><Trans>Done</Trans></Button></div>
      </Column>
    );
  }
  return (
    <Form onSend={() => void send()} buttons={<><Button kind="primary" type="submit" waiting={waiting} disabled={!name.trim() || chosen.length === 0}><Trans>Make the token</Trans></Button><Button onClick={onDone}><Trans>Cancel</Trans></Button></>}>
      <TextField label={t`What it is for`} required value={name} onChange={setName} startHere problem={problemOf(refusal, "name")} />
      <ChoicesField label={t`What it may do`} value={chosen} onChange={setChosen} problem={problemOf(refusal, "scopes")}
        options={SCOPES.filter((scope) => scope !== "ADMIN" || administrator).map((value) => ({ value, label: scopes[value] }))} />
      <NumberField label={t`For how many days`} min={1} max={366} value={days} onChange={setDays} problem={problemOf(refusal, "days")} />
      <RefusalNotice refusal={refusal} fields={["name", "scopes", "days"]} />
    </Form>
  );
}
