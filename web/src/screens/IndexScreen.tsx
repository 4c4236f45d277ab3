/** The INDEX results known here, exactly as they were published. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { IndexHomeDocument } from "../api/generated/operations.ts";
import { useScreen } from "../api/hooks.ts";
import { year } from "../features/index/figures.ts";
import styles from "../features/index/Index.module.css";
import { TextField } from "../ui/fields.tsx";
import { Link } from "../ui/Link.tsx";
import { EmptyState, Tag } from "../ui/Notice.tsx";
import { NotFetched, Page, PageSkeleton } from "../ui/Page.tsx";
import { Table } from "../ui/Table.tsx";

const dated = (each: { publishedOn: string | null; answeredOn: string | null }) => year(each.publishedOn) || year(each.answeredOn);

export function IndexScreen() {
  const { t } = useLingui();
  const [words, setWords] = useState("");
  const { data, problem } = useScreen(IndexHomeDocument, {});
  if (problem) return <NotFetched {...problem} />;
  if (!data) return <PageSkeleton lines={12} />;
  const wanted = words.trim().toLocaleLowerCase();
  const results = data.assessments.nodes
    .filter(({ territory, edition, ...each }) => `${territory.name} ${edition.label} ${dated(each)}`.toLocaleLowerCase().includes(wanted))
    .toSorted((a, b) => dated(b).localeCompare(dated(a)) || a.territory.name.localeCompare(b.territory.name));
  return (
    <Page title={t`INDEX results`} lead={<Trans>Cities answer the Intercultural Cities INDEX and get a report with scores and recommendations. Figures stand here exactly as published, with their source.</Trans>}>
      {data.assessments.nodes.length === 0
        ? <EmptyState title={<Trans>No results yet</Trans>}><Trans>An administrator imports the published results.</Trans></EmptyState>
        : (
          <>
            <div className={styles.find}><TextField label={t`Find a place, a year or an edition`} type="search" value={words} onChange={setWords} /></div>
            <p className="quiet" aria-live="polite"><Plural value={results.length} one="# result" other="# results" /></p>
            {results.length > 0 && (
              <div className={styles.results}>
                <Table caption={t`INDEX results`}>
                  <thead><tr><th scope="col"><Trans>Place</Trans></th><th scope="col"><Trans>Year</Trans></th><th scope="col" className={styles.score}><Trans>Overall</Trans></th><th scope="col"><Trans>Rank</Trans></th><th scope="col"><Trans>Edition</Trans></th></tr></thead>
                  <tbody>
                    {results.map(({ id, territory, edition, overall, illustrative, ...each }) => (
                      <tr key={id}>
                        <th scope="row"><Link to={`/index/${id}`}>{territory.name}</Link> {illustrative && <Tag><Trans>Invented example</Trans></Tag>}</th>
                        <td>{dated(each)}</td>
                        <td className={styles.score}>{overall?.value ?? "–"}</td>
                        <td>{overall?.rank == null ? "–" : overall.sampleSize === null ? overall.rank : t`${overall.rank} of ${overall.sampleSize}`}</td>
                        <td className="quiet">{edition.label}</td>
                      </tr>
                    ))}
                  </tbody>
                </Table>
              </div>
            )}
          </>
        )}
    </Page>
  );
}
