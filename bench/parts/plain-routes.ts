import Fastify from 'fastify'
import pg from 'pg'

/** What the intake is measured by: one row in one commit, and nothing at all, on the same HTTP server. */
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL']!, max: 24 })
await pool.query(
  `create table if not exists raw_messages (id bigint generated always as identity primary key, body text not null,
     received_at timestamptz not null default now())`,
)
const app = Fastify()
app.post('/noop', async (_request, reply) => reply.type('text/plain').send('success'))
app.post('/raw', async (request, reply) => {
  await pool.query(`insert into raw_messages (body) values ($1)`, [request.body])
  return reply.type('text/plain').send('success')
})
await app.listen({ host: '127.0.0.1', port: 0 })
process.on('disconnect', () => process.exit(0))
process.send!({ url: `http://127.0.0.1:${(app.server.address() as { port: number }).port}` })
