/** Who says so, with the way there. */
export function SourceLine({ source }: { source: { title: string; url: string | null } }) {
  return source.url ? <a href={source.url} rel="noopener noreferrer">{source.title}</a> : <span>{source.title}</span>;
}
