import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'

/** A platform that exchanges matters with this one: which tokens are its own, and which orders it is shown besides. */
export type ExchangePlatform = {
  name: string
  /** SHA-256 of each token, hex. Several while one is being replaced. */
  sha256: string[]
  /** Orders shared with it whatever their source; null: none. Each list left out: all. */
  shares: { categories: number[] | null; kinds: string[] | null } | null
}

const Platforms = Type.Record(
  Type.String(),
  Type.Object(
    {
      sha256: Type.Array(Type.String({ pattern: '^[0-9a-f]{64}$' }), { minItems: 1, maxItems: 5 }),
      shares: Type.Optional(
        Type.Object(
          {
            categories: Type.Optional(Type.Array(Type.Integer(), { minItems: 1 })),
            kinds: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })),
          },
          { additionalProperties: false },
        ),
      ),
    },
    { additionalProperties: false },
  ),
)
type Platforms = Static<typeof Platforms>

const namePattern = /^[a-z][A-Za-z0-9-]{0,39}$/

/** @returns null where the exchange is off; what cannot be read is told in `problems`, without its value */
export function exchangeConfig(value: string | undefined, problems: string[]): ExchangePlatform[] | null {
  if (!value) return null
  const given = parsed(value)
  if (!Value.Check(Platforms, given)) {
    problems.push(
      'HOTLINE_EXCHANGE_TOKENS is not of the form {"province":{"sha256":["64 hex digits of the token"]}}',
    )
    return null
  }
  const platforms = Object.entries(given)
  if (platforms.length === 0) return null
  for (const [name] of platforms)
    if (!namePattern.test(name)) problems.push(`HOTLINE_EXCHANGE_TOKENS: "${name}" is no name of a platform`)
  const all = platforms.flatMap(([, { sha256 }]) => sha256)
  if (new Set(all).size < all.length)
    problems.push('HOTLINE_EXCHANGE_TOKENS gives one token to two platforms, or twice to one')
  return platforms.map(([name, { sha256, shares }]) => ({
    name,
    sha256,
    shares: shares ? { categories: shares.categories ?? null, kinds: shares.kinds ?? null } : null,
  }))
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return null
  }
}
