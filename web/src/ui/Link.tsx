/** Ways to an address inside the app, given as plain text: `/drafts/x#y`, `/search?q=…`. */
import { useParams, useRouter } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, MouseEvent } from "react";
import { useCallback } from "react";

export function useGo() {
  const router = useRouter();
  return useCallback(
    (to: string, how: { replace?: boolean } = {}) => (how.replace ? router.history.replace(to) : router.history.push(to)),
    [router],
  );
}

/** A part of the address: `useAddress("labId")`. */
export function useAddress(name: string): string {
  const parts: Record<string, string | undefined> = useParams({ strict: false });
  return parts[name] ?? "";
}

/** Follows a link inside the app, unless a new tab was asked for. */
export function useFollow(to: string) {
  const go = useGo();
  return useCallback(
    (event: MouseEvent) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      if (!to.startsWith("/")) return;
      event.preventDefault();
      go(to);
    },
    [go, to],
  );
}

export type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { to: string };

export function Link({ to, onClick, children, ...rest }: LinkProps) {
  const follow = useFollow(to);
  return (
    <a {...rest} href={to} onClick={(event) => { onClick?.(event); follow(event); }}>
      {children}
    </a>
  );
}
