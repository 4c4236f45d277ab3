/** What stands above the page for a moment: a dialog in the middle, a sheet at the edge. */
import { Drawer, Modal } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useLingui } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { Button } from "./Button.tsx";
import { TextField } from "./fields.tsx";
import { Column, Form } from "./Form.tsx";
import { widths } from "./theme.ts";

/** The head of a dialog is no banner of the page, which has one already. */
const NO_BANNER = { header: { role: "presentation" } };

export function Dialog({ open, onClose, title, children, size = "normal" }: {
  open: boolean; onClose: () => void; title: ReactNode; children: ReactNode; size?: "normal" | "wide";
}) {
  const { t } = useLingui();
  const phone = useMediaQuery(widths.phone) ?? false;
  return (
    <Modal opened={open} onClose={onClose} title={title} fullScreen={phone} size={size === "wide" ? "var(--pl-page)" : "var(--pl-form)"}
      closeButtonProps={{ "aria-label": t`Close` }} attributes={NO_BANNER}>
      {children}
    </Modal>
  );
}

/** At the side on a wide window, from below on a phone. */
export function Sheet({ open, onClose, title, children }: { open: boolean; onClose: () => void; title: ReactNode; children: ReactNode }) {
  const { t } = useLingui();
  const phone = useMediaQuery(widths.phone) ?? false;
  return (
    <Drawer opened={open} onClose={onClose} title={title} position={phone ? "bottom" : "right"} size={phone ? "var(--pl-sheet)" : "var(--pl-narrow)"}
      closeButtonProps={{ "aria-label": t`Close` }} attributes={NO_BANNER}>
      {children}
    </Drawer>
  );
}

/** Asks once more, in a sentence that says what will be different. */
export function Ask({ open, onClose, onConfirm, title, verb, waiting, children }: {
  open: boolean; onClose: () => void; onConfirm: () => void; title: ReactNode; verb: ReactNode; waiting?: boolean; children: ReactNode;
}) {
  const { t } = useLingui();
  return (
    <Dialog open={open} onClose={onClose} title={title}>
      <Form onSend={onConfirm} buttons={<><Button kind="primary" type="submit" waiting={waiting ?? false}>{verb}</Button><Button onClick={onClose}>{t`Cancel`}</Button></>}>
        <Column>{children}</Column>
      </Form>
    </Dialog>
  );
}

/** Confirmation where undoing is not possible: the thing is named before it is done. */
export function ConfirmByName({ open, onClose, onConfirm, title, name, verb, waiting, children }: {
  open: boolean; onClose: () => void; onConfirm: () => void; title: ReactNode; name: string; verb: ReactNode; waiting?: boolean; children: ReactNode;
}) {
  const { t } = useLingui();
  const [written, setWritten] = useState("");
  const right = written.trim().toLocaleLowerCase() === name.trim().toLocaleLowerCase();
  return (
    <Dialog open={open} onClose={onClose} title={title}>
      <Form onSend={() => { if (right) onConfirm(); }}
        buttons={<><Button kind="primary" type="submit" disabled={!right} waiting={waiting ?? false}>{verb}</Button><Button onClick={onClose}>{t`Cancel`}</Button></>}>
        <Column>{children}</Column>
        <TextField label={t`To go on, write: ${name}`} value={written} onChange={setWritten} startHere />
      </Form>
    </Dialog>
  );
}
