import pg from 'pg'

/** Gives a database with the product's empty tables the same rows as another one that has them. */
export async function copyRows(from: string, to: string): Promise<void> {
  const source = new pg.Client({ connectionString: from })
  const target = new pg.Client({ connectionString: to })
  await Promise.all([source.connect(), target.connect()])
  try {
    // Neither triggers nor references: the rows are consistent where they come from.
    await target.query(`set session_replication_role = replica`)
    await source.query(`begin isolation level repeatable read read only`)
    const { rows: tables } = await source.query<{ name: string; columns: string; sequence: string | null }>(
      `select t.table_name as name, string_agg(quote_ident(c.column_name), ', ') as columns,
         min(pg_get_serial_sequence(quote_ident(t.table_name), c.column_name)) as sequence
       from information_schema.tables t join information_schema.columns c using (table_schema, table_name)
       where t.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.is_generated = 'NEVER'
         and t.table_name !~ '^(pgmigrations|work_order_search)'
       group by t.table_name`,
    )
    for (const { name, columns, sequence } of tables) {
      const { rows } = await source.query<{ all: string | null }>(
        `select json_agg(t)::text as all from (select ${columns} from ${name}) t`,
      )
      const all = rows[0]!.all
      if (all === null) continue
      await target.query(`truncate ${name} cascade`).catch(() => target.query(`delete from ${name}`))
      await target.query(
        `insert into ${name} (${columns}) overriding system value
         select ${columns} from json_populate_recordset(null::${name}, $1::json)`,
        [all],
      )
      if (sequence !== null)
        await target.query(`select setval($1, $2)`, [
          sequence,
          (await source.query<{ at: number }>(`select last_value as at from ${sequence}`)).rows[0]!.at,
        ])
    }
  } finally {
    await Promise.all([source.end(), target.end()])
  }
}
