import pg from 'pg'

/**
 * Lets PostgreSQL look at its tables, as autovacuum has long since done in any city: the plans that a connection made while
 * they were empty, and keeps, are made anew. To be called when the warming up is over, for every database of the run.
 */
export async function season(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('analyze')
  await client.end()
}
