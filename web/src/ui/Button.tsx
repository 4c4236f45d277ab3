/** Buttons are verbs. A disabled one can say why. */
import { ActionIcon, Button as Base, Tooltip, UnstyledButton } from "@mantine/core";
import type { MouseEventHandler, ReactNode } from "react";
import { useFollow } from "./Link.tsx";

const KINDS = {
  primary: { variant: "filled", c: "var(--pl-on-act)" },
  quiet: { variant: "default" },
  plain: { variant: "subtle" },
  danger: { variant: "outline", color: "red" },
} as const;

export type ButtonProps = {
  children: ReactNode;
  kind?: keyof typeof KINDS;
  /** Its work is under way. */
  waiting?: boolean;
  disabled?: boolean;
  /** Why it can't be used now: it stays reachable and says so. */
  why?: string | null | undefined;
  icon?: ReactNode;
  size?: "small" | "normal" | "large";
  /** An address: the button is then a link. */
  to?: string;
  /** The address is a file to be taken away, not a page. */
  download?: boolean;
  type?: "button" | "submit";
  onClick?: MouseEventHandler<HTMLButtonElement>;
  label?: string;
  form?: string;
  pressed?: boolean;
};

const SIZES = { small: "xs", normal: "sm", large: "md" } as const;

export function Button({ children, kind = "quiet", waiting, disabled, why, icon, size = "normal", to, download, type = "button", onClick, label, form, pressed }: ButtonProps) {
  const follow = useFollow(to ?? "");
  // What can't be pressed keeps the quiet ink of the disabled.
  const { variant, ...ink } = KINDS[kind];
  const looks = { variant, ...(why || disabled ? {} : ink), size: SIZES[size], leftSection: icon, "aria-label": label };
  if (to !== undefined && !why && !disabled) {
    return <Base component="a" href={to} {...(download ? { download: true } : { onClick: follow })} {...looks}>{children}</Base>;
  }
  if (why) {
    return (
      <Tooltip label={why} multiline w="var(--pl-outline)">
        <Base {...looks} {...KINDS.quiet} c={undefined} data-disabled aria-disabled="true" aria-description={why} type="button" onClick={(event) => event.preventDefault()}>
          {children}
        </Base>
      </Tooltip>
    );
  }
  return (
    <Base {...looks} type={type} loading={waiting ?? false} disabled={disabled ?? false} form={form} aria-pressed={pressed} {...(onClick ? { onClick } : {})}>
      {children}
    </Base>
  );
}

/** A button that is only a sign: its label is read out and shown on hover. */
export function IconButton({ label, children, onClick, pressed, disabled, active, hint }: {
  label: string; children: ReactNode; onClick?: MouseEventHandler<HTMLButtonElement>; pressed?: boolean; disabled?: boolean; active?: boolean; hint?: string;
}) {
  return (
    <Tooltip label={hint ?? label}>
      <ActionIcon aria-label={label} aria-pressed={pressed} disabled={disabled ?? false} onClick={onClick} variant={pressed || active ? "light" : "subtle"}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

/** Words that open something, in the look of the text around them. */
export function WordsButton({ children, onClick, className }: { children: ReactNode; onClick: () => void; className?: string | undefined }) {
  return <UnstyledButton onClick={onClick} className={className} fz="inherit" lh="inherit">{children}</UnstyledButton>;
}
