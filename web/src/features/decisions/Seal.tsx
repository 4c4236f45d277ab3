/** The quiet seal at the foot of a record: when, by which key, its fingerprint; and a way to check it here and now. */
import { Trans, useLingui } from "@lingui/react/macro";
import { IconDownload, IconRosetteDiscountCheck, IconShieldCheck } from "@tabler/icons-react";
import { useState } from "react";
import { Button } from "../../ui/Button.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Time } from "../../ui/Time.tsx";
import styles from "./Decisions.module.css";
import { fingerprint, groups } from "./fingerprint.ts";
import type { RecordData } from "./Record.tsx";

export function Fingerprint({ hash }: { hash: string }) {
  return <span className={styles.hash}>{groups(hash).map((part, place) => <span key={`${place}-${part}`}>{part}</span>)}</span>;
}

export function Seal({ record }: { record: RecordData }) {
  const { t } = useLingui();
  if (record.state !== "SEALED" || !record.sealedAt || !record.hash) return null;
  return (
    <section className={styles.seal} aria-labelledby="seal">
      <h2 id="seal"><IconRosetteDiscountCheck aria-hidden="true" /><Trans>Sealed</Trans></h2>
      <Facts facts={[
        [t`Time`, <Time key="time" value={record.sealedAt} />],
        [t`Fingerprint`, <Fingerprint key="hash" hash={record.hash} />],
        record.signer !== null && [t`Key of the service`, <span key="key" className={styles.hash}>{record.signer}</span>],
        record.leafIndex !== null && [t`Public log`, t`entry ${record.leafIndex}`],
      ]} />
      <Check record={record} hash={record.hash} />
    </section>
  );
}

type Found = { here: "same" | "other" | "unable" };

function Check({ record, hash }: { record: RecordData; hash: string }) {
  const [found, setFound] = useState<Found>();
  const verify = async () => {
    const computed = await fingerprint(record.content);
    setFound({ here: computed === undefined ? "unable" : computed === hash ? "same" : "other" });
  };
  const bad = found !== undefined && (found.here === "other" || !record.verified);
  return (
    <>
      <div className={styles.steps} data-screen-only>
        <Button icon={<IconShieldCheck aria-hidden="true" />} onClick={() => void verify()}><Trans>Verify</Trans></Button>
        <Button icon={<IconDownload aria-hidden="true" />} to={record.packageUrl} download><Trans>Download the package</Trans></Button>
      </div>
      {found && (
        <Notice kind={bad ? "refused" : "good"} title={bad ? <Trans>This is not what was sealed</Trans> : <Trans>This is what was sealed</Trans>}>
          {found.here === "same" && <p><Trans>The fingerprint was computed again on this device, from what stands on this page, and is the same.</Trans></p>}
          {found.here === "other" && <p><Trans>The fingerprint computed on this device is another one. Do not rely on this page; download the package and tell your secretariat.</Trans></p>}
          {found.here === "unable" && <p><Trans>This browser can't compute fingerprints on an unencrypted connection; what follows is the service's own word.</Trans></p>}
          {record.verified
            ? <p><Trans>The service checked its signature and its place in the public log.</Trans></p>
            : <p><Trans>The service could not confirm the signature or the place in the public log.</Trans></p>}
          <p><Trans>To check it without us: the package holds a small program that needs no Policy Lab.</Trans></p>
        </Notice>
      )}
    </>
  );
}
