/** Whether my words are stored, and who else is here. The sign never lies. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { IconCheck, IconCloudOff, IconCloudUp, IconPlugConnectedX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import type { DraftConnection } from "../../editor/connection.ts";
import { useStanding } from "../../editor/Editor.tsx";
import { LevelMark } from "../../ui/icons.tsx";
import type { Rung } from "../../ui/PersonLine.tsx";
import styles from "./Draft.module.css";

export function StoredSign({ connection }: { connection: DraftConnection }) {
  const { t } = useLingui();
  const standing = useStanding(connection);
  const says = {
    opening: [t`Connecting…`, IconCloudUp], stored: [t`Stored`, IconCheck], saving: [t`Saving…`, IconCloudUp],
    offline: [standing?.kept ? t`Offline, kept on this device` : t`Offline, only in this tab`, IconCloudOff],
    refused: [t`Not accepted: ${standing?.refused?.message ?? ""}`, IconPlugConnectedX],
    broken: [t`Not connected. Load the page again.`, IconPlugConnectedX],
  } as const;
  const [words, Sign] = says[standing?.sign ?? "opening"];
  const slow = standing?.slow && (standing.sign === "stored" || standing.sign === "saving");
  return (
    <>
      <output className={styles.sign} data-sign={standing?.sign} aria-live="polite"><Sign aria-hidden="true" />{words}</output>
      {slow && <span className={styles.slow} title={t`This network lets no live connection through. Everything is stored all the same, a moment later.`}><Trans>Slower connection</Trans></span>}
    </>
  );
}

type User = { function?: string; organisation?: string; level?: string | null; capacity?: string | null };

export function WhoIsHere({ connection, levels }: { connection: DraftConnection; levels: readonly Rung[] }) {
  const [users, setUsers] = useState<User[]>([]);
  useEffect(() => {
    const { awareness } = connection.provider;
    const read = () => {
      const states = [...awareness.getStates().values()] as { user?: User }[];
      const known = new Map<string, User>();
      for (const { user } of states) if (user?.capacity) known.set(user.capacity, user);
      setUsers([...known.values()]);
    };
    awareness.on("change", read);
    return () => awareness.off("change", read);
  }, [connection]);
  if (users.length === 0) return null;
  return (
    <span className={styles.here}>
      <Plural value={users.length} one="# here:" other="# here:" />{" "}
      {users.map((user) => {
        const rung = levels.find((level) => level.code === user.level);
        return <span key={user.capacity} className={styles.person} title={user.function}>{rung && <LevelMark order={rung.order} label={rung.name} />} {user.organisation || <Trans>a guest</Trans>}</span>;
      })}
    </span>
  );
}
