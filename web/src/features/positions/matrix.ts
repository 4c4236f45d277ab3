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

/** What a record shows of each delegation: the position that was counted, else the one that stands. */
export function shownOnce<Position extends { counted: boolean; current: boolean; delegation: { id: string } }>(positions: readonly Position[]) {
  const shown = new Map<string, Position>();
  for (const position of positions) {
    const before = shown.get(position.delegation.id);
    if (position.counted || (position.current && !before?.counted)) shown.set(position.delegation.id, position);
  }
  return [...shown.values()];
}
