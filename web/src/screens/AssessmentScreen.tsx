/** One INDEX result: the finding, the drawing with its numbers, what is advised, and where all of it was published. */
import { Trans, useLingui } from "@lingui/react/macro";
import { IconPrinter } from "@tabler/icons-react";
import { AssessmentDocument } from "../api/generated/operations.ts";
import { useScreen } from "../api/hooks.ts";
import { axes, year } from "../features/index/figures.ts";
import { Figures } from "../features/index/Figures.tsx";
import { useFinding } from "../features/index/useFinding.ts";
import { LineSign, Radar } from "../features/index/Radar.tsx";
import { SourceLine } from "../features/index/SourceLine.tsx";
import styles from "../features/index/Index.module.css";
import { Button } from "../ui/Button.tsx";
import { Link, useAddress } from "../ui/Link.tsx";
import { EmptyState, Tag } from "../ui/Notice.tsx";
import { NotFetched, NotFound, Page, PageSkeleton, Part } from "../ui/Page.tsx";
import { Line, Lines } from "../ui/Table.tsx";

const FEWEST_AXES = 3;

export function AssessmentScreen() {
  const { t } = useLingui();
  const says = useFinding();
  const { data, problem } = useScreen(AssessmentDocument, { id: useAddress("assessmentId") });
  if (problem) return <NotFetched {...problem} />;
  if (!data) return <PageSkeleton lines={9} />;
  const assessment = data.assessment;
  if (!assessment) return <NotFound />;
  const { territory, edition, overall } = assessment;
  const when = year(assessment.publishedOn) || year(assessment.answeredOn);
  const earlier = assessment.earlier.find(({ scores }) => scores.some(({ value, dimension }) => value !== null && dimension));
  const earlierYear = year(earlier?.publishedOn) || year(earlier?.answeredOn);
  const drawn = axes(assessment.scores, earlier);
  const found = says(territory.name, drawn, earlierYear);
  const drawable = drawn.length >= FEWEST_AXES;
  const peerGroup = assessment.scores.find(({ peerMean }) => peerMean !== null)?.peerGroup ?? overall?.peerGroup;
  const figures = assessment.scores.some(({ value, rank, dimension }) => dimension && (value !== null || rank !== null));
  const kinds = { RECOMMENDATION: null, AREA_TO_IMPROVE: t`area to improve`, STRENGTH: t`strength`, FOLLOW_UP: t`follow-up` };
  const title = when ? t`${territory.name}, INDEX ${when}` : t`${territory.name}, INDEX`;
  return (
    <Page title={title} width="wide" crumbs={[{ label: t`INDEX`, to: "/index" }]}
      above={<>{edition.label}{assessment.state === "DRAFT" && <Tag kind="needs"><Trans>draft</Trans></Tag>}{assessment.state === "CITED" && <Tag><Trans>as cited elsewhere</Trans></Tag>}{assessment.illustrative && <Tag><Trans>Invented example</Trans></Tag>}</>}
      lead={found}
      actions={<Button kind="plain" icon={<IconPrinter aria-hidden="true" />} onClick={() => print()}><Trans>Print</Trans></Button>}>
      {overall && (
        <p className={styles.overall}>
          {overall.value !== null && <Trans>Overall, as published: <strong>{overall.value}</strong> of 100.</Trans>}{" "}
          {overall.peerMean !== null && <Trans>The cities it was compared with have {overall.peerMean}.</Trans>}{" "}
          {overall.rank !== null && (overall.sampleSize === null ? <Trans>Rank {overall.rank}.</Trans> : <Trans>Rank {overall.rank} of {overall.sampleSize}.</Trans>)}{" "}
          {(overall.rank !== null || overall.peerMean !== null) && overall.peerGroup && <span className="quiet">({overall.peerGroup})</span>}
        </p>
      )}
      {figures ? (
        <Part title={<Trans>Policy areas</Trans>}>
          <div className={drawable ? styles.beside : undefined}>
            {drawable && (
              <figure className={styles.drawing}>
                <Radar drawn={drawn} finding={found} />
                <figcaption className={styles.legend}>
                  <span><LineSign of="place" /> {territory.name}{when && ` ${when}`}</span>
                  {drawn.some(({ peerMean }) => peerMean !== null) && <span><LineSign of="peers" /> {peerGroup ?? t`mean of the others`}</span>}
                  {earlier && <span><LineSign of="earlier" /> {territory.name} {earlierYear}</span>}
                </figcaption>
              </figure>
            )}
            <Figures assessment={assessment} drawn={drawable ? drawn : []} earlier={earlier} earlierYear={earlierYear} />
          </div>
        </Part>
      ) : <EmptyState title={<Trans>No figures by policy area</Trans>}><Trans>For this result only the overall figure or the rank was found in public sources.</Trans></EmptyState>}
      {assessment.recommendations.length > 0 && (
        <Part title={<Trans>What is advised</Trans>} note={<Trans>In our own summary; the report has the full words.</Trans>}>
          <ol className={styles.advice}>
            {assessment.recommendations.map((advice) => (
              <li key={advice.id}>
                <span className={styles.number}>{advice.number}</span>
                <div>
                  <p>{advice.text}</p>
                  <div className="quiet">
                    {kinds[advice.kind] && <><Tag>{kinds[advice.kind]}</Tag> </>}
                    {[...advice.dimensions.map(({ name }) => name), ...(advice.page === null ? [] : [t`page ${advice.page}`])].join(" · ")}
                    {advice.source && advice.source.id !== assessment.source?.id && <> · <SourceLine source={advice.source} /></>}
                  </div>
                </div>
              </li>
            ))}
          </ol>
        </Part>
      )}
      {assessment.earlier.length > 0 && (
        <Part title={<Trans>Earlier results</Trans>}>
          <Lines label={t`Earlier results`}>
            {assessment.earlier.map((each) => (
              <Line key={each.id} side={each.overall?.value != null && <strong>{each.overall.value}</strong>}>
                <Link to={`/index/${each.id}`}>{territory.name}, {year(each.publishedOn) || year(each.answeredOn)}</Link> <span className="quiet">{each.edition.label}</span>
              </Line>
            ))}
          </Lines>
        </Part>
      )}
      <Part title={<Trans>Sources</Trans>}>
        {assessment.source ? <p><SourceLine source={assessment.source} /></p> : <p className="quiet">{assessment.illustrative ? <Trans>These figures are invented, to show how Policy Lab works.</Trans> : <Trans>No source is named.</Trans>}</p>}
        <p className="quiet"><Trans>Figures stand here exactly as published. Policy Lab computes no overall score; the weights of the INDEX are not public.</Trans></p>
      </Part>
    </Page>
  );
}
