/** The order of a positions matrix: delegations stand beside their own level, from the nearest to the widest. */
type Ranked = { id: string; level: { code: string; name: string; order: number }; organisation: { name: string } };

export function byLevel<Delegation extends Ranked>(delegations: readonly Delegation[]) {
  const groups = new Map<string, { level: Delegation["level"]; delegations: Delegation[] }>();
  for (const delegation of delegations) {
    const group = groups.get(delegation.level.code) ?? { level: delegation.level, delegations: new Array<Delegation>() };
    group.delegations.push(delegation);
    groups.set(delegation.level.code, group);
  }
  const sorted = [...groups.values()].sort((a, b) => a.level.order - b.level.order);
  for (const group of sorted) group.delegations.sort((a, b) => a.organisation.name.localeCompare(b.organisation.name));
  return sorted;
}
