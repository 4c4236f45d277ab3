/** Chooses the rule of a procedure, each said in plain words, with the parameters it needs. */
import { Trans, useLingui } from "@lingui/react/macro";
import { CheckField, NumberField, RadioField, SelectField } from "../../ui/fields.tsx";
import { Column, Row } from "../../ui/Form.tsx";
import type { Rung } from "../../ui/PersonLine.tsx";
import { type Choice, INNER, RULES, type RuleCode, knowsQuorum } from "./rules.ts";
import { useRuleNames } from "./words.ts";

/** The rule that the process foresees, or one chosen here. */
export type Rule = { usual: true } | ({ usual: false } & Choice);

export function RuleChoice({ usual, own, onUsual, onOwn, foreseen, levels, problem }: {
  usual: boolean; own: Choice; onUsual: (usual: boolean) => void; onOwn: (choice: Choice) => void;
  foreseen: string; levels: readonly Rung[]; problem?: string | undefined;
}) {
  const { t } = useLingui();
  const names = useRuleNames();
  const change = (part: Partial<Choice>) => onOwn({ ...own, ...part });
  const qualified = own.code === "QUALIFIED_MAJORITY" || (own.code === "PER_LEVEL_ASSENT" && own.inner === "QUALIFIED_MAJORITY");
  return (
    <>
      <RadioField label={t`Rule`} value={usual ? "usual" : own.code} problem={problem}
        onChange={(value) => { onUsual(value === "usual"); if (value !== "usual") change({ code: value as RuleCode }); }}
        options={[{ value: "usual", label: t`As this process foresees`, hint: foreseen }, ...RULES.map((code) => ({ value: code, label: names[code].name, hint: names[code].hint }))]} />
      {!usual && own.code === "PER_LEVEL_ASSENT" && (
        <Column gap="small">
          <SelectField label={t`Rule at each level`} value={own.inner} onChange={(inner) => change({ inner: inner as RuleCode })} options={INNER.map((code) => ({ value: code, label: names[code].name }))} />
          <fieldset>
            <legend><Trans>Levels that must assent</Trans></legend>
            <Column gap="small">
              {levels.map((level) => (
                <CheckField key={level.code} label={level.name} checked={own.levels.includes(level.code)}
                  onChange={(on) => change({ levels: levels.map(({ code }) => code).filter((code) => (code === level.code ? on : own.levels.includes(code))) })} />
              ))}
            </Column>
          </fieldset>
        </Column>
      )}
      {!usual && qualified && (
        <Row>
          <NumberField label={t`In favour, at least`} value={own.numerator} min={1} onChange={(numerator) => change({ numerator })} />
          <NumberField label={t`out of every`} value={own.denominator} min={1} onChange={(denominator) => change({ denominator })} />
          <SelectField label={t`counted among`} value={own.base} onChange={(base) => change({ base: base === "CAST" ? "CAST" : "ENTITLED" })}
            options={[{ value: "ENTITLED", label: t`all entitled` }, { value: "CAST", label: t`those for or against` }]} />
        </Row>
      )}
      {!usual && own.code === "SILENCE_PROCEDURE" && <NumberField label={t`Days in which an objection can be made`} value={own.days} min={0} max={366} onChange={(days) => change({ days })} />}
      {!usual && knowsQuorum(own.code) && (
        <>
          <CheckField label={t`A quorum is needed`} hint={t`So many must have said something, abstention included.`} checked={own.quorum} onChange={(quorum) => change({ quorum })} />
          {own.quorum && (
            <Row>
              <NumberField label={t`Speaking, at least`} value={own.quorumNumerator} min={1} onChange={(quorumNumerator) => change({ quorumNumerator })} />
              <NumberField label={t`out of every`} value={own.quorumDenominator} min={1} onChange={(quorumDenominator) => change({ quorumDenominator })} />
            </Row>
          )}
        </>
      )}
    </>
  );
}
