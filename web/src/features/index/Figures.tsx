/** The figures of one result as a plain table, in the order of the report. */
import { Trans, useLingui } from "@lingui/react/macro";
import type { AssessmentDocument } from "../../api/generated/operations.ts";
import type { ResultOf } from "../../api/graphql.ts";
import { Table } from "../../ui/Table.tsx";
import type { Axis } from "./figures.ts";
import styles from "./Index.module.css";

export type AssessmentData = NonNullable<ResultOf<typeof AssessmentDocument>["assessment"]>;

export function Figures({ assessment, drawn, earlier, earlierYear }: {
  assessment: AssessmentData; drawn: readonly Axis[]; earlier: AssessmentData["earlier"][number] | undefined; earlierYear: string;
}) {
  const { t } = useLingui();
  const scores = assessment.scores.filter(({ value, rank, dimension }) => dimension !== null && (value !== null || rank !== null));
  const before = new Map(earlier?.scores.map(({ value, dimension }) => [dimension?.code, value]));
  const peers = scores.some(({ peerMean }) => peerMean !== null);
  const ranks = scores.some(({ rank }) => rank !== null);
  return (
    <div className={styles.figures}>
      <Table caption={t`Figures by policy area, 0 to 100`}>
        <thead>
          <tr>
            <th scope="col"><Trans>Policy area</Trans></th><th scope="col">{assessment.territory.name}</th>
            {peers && <th scope="col"><Trans>Mean of the others</Trans></th>}
            {ranks && <th scope="col"><Trans>Rank</Trans></th>}
            {earlier && <th scope="col">{earlierYear}</th>}
          </tr>
        </thead>
        <tbody>
          {scores.map((score) => {
            const place = drawn.findIndex(({ code }) => code === score.dimension?.code);
            const behind = score.value !== null && score.peerMean !== null && score.value < score.peerMean;
            return (
              <tr key={score.id} data-part={(place < 0 && score.dimension?.composite) || undefined}>
                <th scope="row">{place >= 0 && <span className={styles.line} aria-hidden="true">{place + 1}</span>} {score.dimension?.name}</th>
                <td data-value><span className={behind ? styles.behind : undefined}>{score.value ?? "–"}</span></td>
                {peers && <td>{score.peerMean ?? "–"}</td>}
                {ranks && <td>{score.rank === null ? "–" : score.sampleSize === null ? score.rank : t`${score.rank} of ${score.sampleSize}`}</td>}
                {earlier && <td>{before.get(score.dimension?.code) ?? "–"}</td>}
              </tr>
            );
          })}
        </tbody>
      </Table>
    </div>
  );
}
