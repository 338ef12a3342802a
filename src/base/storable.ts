/** Characters that PostgreSQL cannot hold: NUL in text, half a surrogate pair in jsonb. */
const unstorable = /\0|\p{Surrogate}/gu

/** The same value with every such character replaced by U+FFFD, in whatever depth; all else stays exactly as it was. */
export function storable<T>(value: T): T {
  if (typeof value === 'string') return value.replace(unstorable, '\uFFFD') as T
  if (Array.isArray(value)) return value.map((item: unknown) => storable(item)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, storable(inner as unknown)]),
  ) as T
}
