/** Takes a one-time code. A form of its own kind: the server signs in and leads on, without the app. */
import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { Button } from "../../ui/Button.tsx";
import { TextField } from "../../ui/fields.tsx";
import { Column } from "../../ui/Form.tsx";

export function EnterCode({ next }: { next: string }) {
  const { t } = useLingui();
  const [code, setCode] = useState("");
  return (
    <form method="post" action="/signin/code">
      <Column>
        <input type="hidden" name="next" value={next} />
        <TextField label={t`Code`} hint={t`Blanks, dashes and small letters do not matter.`} name="code" required value={code} onChange={setCode} startHere />
        <div><Button kind="primary" type="submit" disabled={!code.trim()}><Trans>Sign in</Trans></Button></div>
      </Column>
    </form>
  );
}

/** One button for a code that came with an address. */
export function SpendCode({ code, next, kind = "quiet", children }: { code: string; next: string; kind?: "primary" | "quiet"; children: ReactNode }) {
  return (
    <form method="post" action="/signin/code">
      <input type="hidden" name="next" value={next} />
      <input type="hidden" name="code" value={code} />
      <Button kind={kind} size={kind === "primary" ? "large" : "normal"} type="submit">{children}</Button>
    </form>
  );
}
