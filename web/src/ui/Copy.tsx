/** Words to take elsewhere: shown whole, copied with one button. */
import { useLingui } from "@lingui/react/macro";
import { TextInput } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Button } from "./Button.tsx";
import { Row } from "./Form.tsx";

export function CopyField({ label, hint, value }: { label: string; hint?: ReactNode; value: string }) {
  const { t } = useLingui();
  const { copy, copied } = useClipboard({ timeout: 4000 });
  return (
    <Row>
      <TextInput label={label} description={hint} value={value} readOnly onFocus={(event) => event.currentTarget.select()} />
      <Button icon={copied ? <IconCheck aria-hidden="true" /> : <IconCopy aria-hidden="true" />} onClick={() => copy(value)}>{copied ? t`Copied` : t`Copy`}</Button>
    </Row>
  );
}
