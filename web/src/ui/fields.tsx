/** Fields: a label above, a hint below, and what is not right said beside it. */
import { Checkbox, NativeSelect, NumberInput, Radio, Stack, TextInput, Textarea } from "@mantine/core";
import type { ReactNode } from "react";

type Common = {
  label: ReactNode;
  hint?: ReactNode;
  /** What is not right, in a sentence. */
  problem?: string | undefined;
  required?: boolean;
  disabled?: boolean;
  name?: string;
};

const shared = ({ label, hint, problem, required, disabled, name }: Common) => ({
  label, description: hint, error: problem, required: required ?? false, disabled: disabled ?? false,
  ...(name ? { name } : {}),
});

export function TextField({ value, onChange, type = "text", placeholder, startHere, lang, ...common }: Common & {
  value: string; onChange: (value: string) => void; type?: "text" | "email" | "url" | "search" | "password"; placeholder?: string; startHere?: boolean; lang?: string;
}) {
  return (
    <TextInput {...shared(common)} type={type} value={value} placeholder={placeholder} lang={lang} data-autofocus={startHere || undefined}
      onChange={(event) => onChange(event.currentTarget.value)} />
  );
}

export function TextArea({ value, onChange, rows = 3, placeholder, startHere, lang, ...common }: Common & {
  value: string; onChange: (value: string) => void; rows?: number; placeholder?: string; startHere?: boolean; lang?: string;
}) {
  return (
    <Textarea {...shared(common)} autosize minRows={rows} maxRows={16} value={value} placeholder={placeholder} lang={lang}
      data-autofocus={startHere || undefined} onChange={(event) => onChange(event.currentTarget.value)} />
  );
}

export type Option = { value: string; label: string; disabled?: boolean };

export function SelectField({ value, onChange, options, ...common }: Common & { value: string; onChange: (value: string) => void; options: Option[] }) {
  return (
    <NativeSelect {...shared(common)} value={value} data={options} onChange={(event) => onChange(event.currentTarget.value)} />
  );
}

export function RadioField({ value, onChange, options, ...common }: Common & {
  value: string; onChange: (value: string) => void; options: { value: string; label: ReactNode; hint?: ReactNode; disabled?: boolean }[];
}) {
  return (
    <Radio.Group {...shared(common)} value={value} onChange={onChange}>
      <Stack gap="xs" mt="xs">
        {options.map((option) => (
          <Radio key={option.value} value={option.value} label={option.label} description={option.hint} disabled={option.disabled ?? false} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

export function CheckField({ checked, onChange, label, hint, problem, disabled }: {
  checked: boolean; onChange: (checked: boolean) => void; label: ReactNode; hint?: ReactNode; problem?: string | undefined; disabled?: boolean;
}) {
  return (
    <Checkbox label={label} description={hint} error={problem} checked={checked} disabled={disabled ?? false}
      onChange={(event) => onChange(event.currentTarget.checked)} />
  );
}

/** Several of a few; each is a box of its own. */
export function ChoicesField({ value, onChange, options, ...common }: Common & { value: string[]; onChange: (value: string[]) => void; options: { value: string; label: ReactNode; hint?: ReactNode }[] }) {
  return (
    <Checkbox.Group {...shared(common)} value={value} onChange={onChange}>
      <Stack gap="xs" mt="xs">
        {options.map((option) => <Checkbox key={option.value} value={option.value} label={option.label} description={option.hint} />)}
      </Stack>
    </Checkbox.Group>
  );
}

/** The browser's own date field: it speaks every language and every keyboard. */
export function DateField({ value, onChange, min, max, withTime, ...common }: Common & {
  value: string; onChange: (value: string) => void; min?: string; max?: string; withTime?: boolean;
}) {
  return (
    <TextInput {...shared(common)} type={withTime ? "datetime-local" : "date"} value={value} min={min} max={max}
      onChange={(event) => onChange(event.currentTarget.value)} />
  );
}

export function NumberField({ value, onChange, min, max, ...common }: Common & { value: number; onChange: (value: number) => void; min?: number; max?: number }) {
  return (
    <NumberInput {...shared(common)} value={value} allowDecimal={false} clampBehavior="blur" {...(min === undefined ? {} : { min })} {...(max === undefined ? {} : { max })}
      onChange={(next) => { if (typeof next === "number") onChange(next); }} />
  );
}
