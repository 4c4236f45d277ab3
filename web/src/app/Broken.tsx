/** What to show when something breaks: what happened, and that nothing stored is lost. */
import { Trans } from "@lingui/react/macro";
import { Component, type ErrorInfo, type ReactNode } from "react";
import { Button } from "../ui/Button.tsx";
import { Column } from "../ui/Form.tsx";
import styles from "./Shell.module.css";

export function BrokenPage({ error }: { error: unknown }) {
  const said = error instanceof Error ? error.message : String(error);
  return (
    <main className={styles.alone}>
      <Column>
        <h1><Trans>This page broke</Trans></h1>
        <p><Trans>Nothing that was stored is lost. Load the page again; if it breaks again, send these words to your secretariat:</Trans></p>
        <pre>{said}</pre>
        <div><Button kind="primary" onClick={() => location.reload()}><Trans>Load again</Trans></Button></div>
      </Column>
    </main>
  );
}

export class Broken extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {};
  static getDerivedStateFromError(error: unknown) {
    return { error };
  }
  override componentDidCatch(error: unknown, info: ErrorInfo) {
    console.error(error, info.componentStack);
  }
  override render() {
    return this.state.error === undefined ? this.props.children : <BrokenPage error={this.state.error} />;
  }
}
