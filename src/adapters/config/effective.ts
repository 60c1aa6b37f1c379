import { formatUsd, type UsdMicros } from "../../core/money/amounts.ts";
import { type Environment, environment, type Variable } from "./environment.ts";
import { Secret } from "./secret.ts";

export type EffectiveVariable = {
  readonly name: string;
  /** As it would stand in `.env`; null: not set. Secrets are not in it. */
  readonly value: string | null;
  readonly isDefault: boolean;
  readonly isSecret: boolean;
  readonly description: string;
};

/** Every setting as it is in force, fit to be shown. */
export function effectiveVariables(
  values: Environment,
): readonly { readonly group: string; readonly variables: readonly EffectiveVariable[] }[] {
  const byName: Readonly<Record<string, unknown>> = values;
  return Object.entries<Record<string, Variable<unknown>>>(environment).map(([group, variables]) => ({
    group,
    variables: Object.entries(variables).map(([name, { kind, default: byDefault, secret, description }]) => {
      const value = show(byName[name]);
      const standard = byDefault === null ? null : show(kind.schema.parse(byDefault));
      return { name, value, isDefault: value === standard, isSecret: secret, description };
    }),
  }));
}

function show(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Secret) return value.toString();
  return typeof value === "bigint" ? formatUsd(value as UsdMicros) : String(value);
}
