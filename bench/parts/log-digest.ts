import { existsSync, readFileSync } from 'node:fs'

/** Warnings and errors of gateways' logs, most frequent first: `12 × job failed`. */
export function complaintsOf(logs: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const file of logs) {
    if (!existsSync(file)) continue
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const level = Number(/"level":(\d+)/.exec(line)?.[1] ?? 0)
      if (level < 40) continue
      const entry = JSON.parse(line) as { msg?: string; what?: string; reason?: unknown; err?: unknown }
      const said =
        typeof entry.err === 'object' ? (entry.err as { message?: string } | null)?.message : entry.err
      const why = [entry.what, entry.reason, said].filter((part) => typeof part === 'string').join(' ')
      const key = `${entry.msg ?? ''}${why ? ` (${why.slice(0, 120)})` : ''}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([what, n]) => `${n} × ${what}`)
}
