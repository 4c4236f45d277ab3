/** Takes a frozen text away: in which languages, and in which format; each format says what it is good for. */
import { Trans, useLingui } from "@lingui/react/macro";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useFormat } from "../../i18n/format.ts";
import { Button } from "../../ui/Button.tsx";
import { RadioField } from "../../ui/fields.tsx";
import { Column } from "../../ui/Form.tsx";
import { Line, Lines } from "../../ui/Table.tsx";
import { exportAddress } from "./exportAddress.ts";

type Offer = { kind: string; languages: readonly string[]; url: string };

export function Exports({ offers, languages }: { offers: readonly Offer[]; languages: readonly string[] }) {
  const { t } = useLingui();
  const format = useFormat();
  const [chosen, setChosen] = useState(languages.includes(format.locale) ? format.locale : (languages[0] ?? ""));
  const wanted = chosen === "all" ? languages : [chosen];
  const kinds: Record<string, { name: string; hint: string }> = {
    pdf: { name: t`PDF`, hint: t`To read, print and keep: archivable and accessible, with its annexes.` },
    docx: { name: t`Word`, hint: t`To go on working with it in an office suite.` },
    odt: { name: t`OpenDocument`, hint: t`The open format of office suites.` },
    html: { name: t`Web page`, hint: t`One file for a website or a mail.` },
    markdown: { name: t`Markdown`, hint: t`Plain text with light marks.` },
    "akoma-ntoso": { name: t`Akoma Ntoso`, hint: t`XML for parliaments and official journals.` },
    "json-ld": { name: t`JSON-LD`, hint: t`Linked data for programs.` },
  };
  return (
    <Column>
      {languages.length > 1 && (
        <RadioField label={t`Languages`} value={chosen} onChange={setChosen}
          options={[...languages.map((code) => ({ value: code, label: format.language(code) })), { value: "all", label: t`All in one file`, hint: format.list(languages.map((code) => format.language(code))) }]} />
      )}
      <Lines label={t`Formats`}>
        {offers.map((offer) => {
          const kind = kinds[offer.kind] ?? { name: offer.kind, hint: "" };
          return (
            <Line key={offer.kind} side={<Button size="small" icon={<IconDownload aria-hidden="true" />} to={exportAddress(offer.url, wanted)} download label={t`Download ${kind.name}`}><Trans>Download</Trans></Button>}>
              <strong>{kind.name}</strong><div className="quiet">{kind.hint}</div>
            </Line>
          );
        })}
      </Lines>
    </Column>
  );
}
