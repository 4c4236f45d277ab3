/** Meetings in the order in which they matter: going on, to come (nearest first), past (latest first). */
type Timed = { state: string; startsAt: string };
const RANK: Record<string, number> = { OPEN: 0, PLANNED: 1, HELD: 2, CANCELLED: 2 };

export function byUrgency<Meeting extends Timed>(meetings: readonly Meeting[]): Meeting[] {
  const rank = ({ state }: Meeting) => RANK[state] ?? 1;
  return meetings.toSorted((a, b) => rank(a) - rank(b) || (Date.parse(a.startsAt) - Date.parse(b.startsAt)) * (rank(a) === 2 ? -1 : 1));
}
