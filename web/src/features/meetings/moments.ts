/** Moments as a date field writes them, and as the server takes them. */

/** "2026-11-25T14:00", said in this browser's zone, as a moment. Undefined for what is none. */
export function momentOf(written: string): string | undefined {
  const moment = new Date(written);
  return written === "" || Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}

const two = (value: number) => String(value).padStart(2, "0");

/** A moment as a date field shows it, in this browser's zone. */
export const writtenOf = (moment: Date) =>
  `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}T${two(moment.getHours())}:${two(moment.getMinutes())}`;

/** Ten in the morning, so many days from now: where planning a meeting begins. */
export function morningIn(days: number, now = new Date()): string {
  const day = new Date(now);
  day.setDate(day.getDate() + days);
  day.setHours(10, 0, 0, 0);
  return writtenOf(day);
}
