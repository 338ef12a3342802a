import { renameSync, writeFileSync } from 'node:fs'
import { serialize } from 'node:v8'
import pg from 'pg'

// Loaded into a gateway before its own code (`--import`). From one SIGUSR2 to the next it keeps every statement with its
// values, each transaction as one group, and then writes them to RECORD_SQL. Plain JavaScript: it comes before any loader.
let groups = null
const open = new WeakMap()
const send = pg.Client.prototype.query

pg.Client.prototype.query = function (text, values, ...rest) {
  // Prepared ones come as an object with a name.
  const sql = typeof text === 'string' ? text : text.text
  if (groups !== null && typeof sql === 'string') {
    if (sql === 'begin') {
      const group = []
      open.set(this, group)
      groups.push(group)
    } else if (sql === 'commit' || sql === 'rollback') {
      // What was rolled back did its work as well, but leaves nothing to build on.
      if (sql === 'rollback') open.get(this)?.splice(0)
      open.delete(this)
    } else {
      const given = typeof text === 'string' ? values : text.values
      const said = { text: sql, name: text.name, values: Array.isArray(given) ? given : [] }
      const group = open.get(this)
      if (group) group.push(said)
      else groups.push([said])
    }
  }
  return send.call(this, text, values, ...rest)
}

process.on('SIGUSR2', () => {
  if (groups === null) {
    groups = []
    return
  }
  const file = process.env.RECORD_SQL
  writeFileSync(`${file}.part`, serialize(groups.filter((group) => group.length > 0)))
  renameSync(`${file}.part`, file)
  groups = null
})
