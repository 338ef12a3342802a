import type { Pii } from '../base/pii.ts'
import type { Db } from '../db/pool.ts'

/**
 * A database belongs to the keys it was begun with: under others its identity columns are noise and its look-ups miss.
 * @throws Error when the keys do not fit; the gateway then refuses to start
 */
export async function checkInstallation(db: Db, pii: Pii): Promise<void> {
  const [row] = await db.query<{ value: string }>(
    `insert into installation as i (key, value) values ('piiFingerprint', to_jsonb($1::text))
     on conflict (key) do update set key = i.key returning value #>> '{}' as value`,
    [pii.fingerprint],
  )
  if (row?.value !== pii.fingerprint)
    throw new Error(
      'HOTLINE_PII_KEY does not fit this database: give it the key it was begun with (or HOTLINE_PII_LOOKUP_KEY after a rotation)',
    )
}
