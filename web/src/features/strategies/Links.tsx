/** The clauses linked to a recommendation, or the recommendations linked to a clause; each can be confirmed or taken away. */
import { Trans, useLingui } from "@lingui/react/macro";
import { ConfirmLinkDocument, type TraceFragment, UnlinkRecommendationDocument } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { useVerb } from "../../api/hooks.ts";
import type { Permit } from "../../api/permits.ts";
import { Button } from "../../ui/Button.tsx";
import { CoverGlyph } from "../../ui/icons.tsx";
import { RefusalNotice, Tag } from "../../ui/Notice.tsx";
import { cellState } from "./coverage.ts";
import styles from "./Coverage.module.css";
import { useCoverageWords } from "./words.ts";

export type Trace = ResultOf<typeof TraceFragment>;

export function Links({ links, show, may }: { links: readonly Trace[]; show: "clause" | "recommendation"; may: Permit | undefined }) {
  return <ul className={styles.links}>{links.map((link) => <LinkLine key={link.id} link={link} show={show} may={may} />)}</ul>;
}

function LinkLine({ link, show, may }: { link: Trace; show: "clause" | "recommendation"; may: Permit | undefined }) {
  const { t } = useLingui();
  const { kinds } = useCoverageWords();
  const [confirm, confirming] = useVerb(ConfirmLinkDocument);
  const [unlink, unlinking] = useVerb(UnlinkRecommendationDocument);
  const name = show === "clause" ? `${link.number ?? ""} ${link.heading ?? ""}`.trim() || t`A clause that is gone` : link.recommendation.number;
  return (
    <li>
      <p>
        <CoverGlyph state={cellState(link)} /> <strong>{name}</strong> <span className="quiet">{kinds[link.kind]}</span>{" "}
        {link.state === "TO_BE_CONFIRMED" && <Tag kind="needs"><Trans>to be confirmed</Trans></Tag>}
      </p>
      {show === "recommendation" && <p>{link.recommendation.text}</p>}
      {link.note && <p className="quiet">{link.note}</p>}
      {may?.allowed && (
        <div className={styles.steps} data-screen-only>
          {link.state === "TO_BE_CONFIRMED" && <Button size="small" label={t`It still holds: ${name}`} waiting={confirming.waiting} onClick={() => void confirm({ linkId: link.id })}><Trans>It still holds</Trans></Button>}
          <Button size="small" kind="plain" label={t`Take the link away: ${name}`} waiting={unlinking.waiting} onClick={() => void unlink({ linkId: link.id })}><Trans>Take away</Trans></Button>
        </div>
      )}
      <RefusalNotice refusal={confirming.refusal ?? unlinking.refusal} />
    </li>
  );
}
