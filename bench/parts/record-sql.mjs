import { renameSync, writeFileSync } from 'node:fs'
import { serialize } from 'node:v8'
import pg from 'pg'

// Loaded into a gateway before its own code (`--import`). From one SIGUSR2 to the next it keeps every statement with its
// values, each transaction as one group, and then writes them to RECORD_SQL. Plain JavaScript: it comes before any loader.
let groups = null
const open = new WeakMap()
const send = pg.Client.prototype.query

pg.Client.prototype.query = function (text, values, ...rest) {
  if (groups !== null && typeof text === 'string') {
    if (text === 'begin') {
      const group = []
      open.set(this, group)
      groups.push(group)
    } else if (text === 'commit' || text === 'rollback') {
      // What was rolled back did its work as well, but leaves nothing to build on.
      if (text === 'rollback') open.get(this)?.splice(0)
      open.delete(this)
    } else {
      const said = { text, values: Array.isArray(values) ? values : [] }
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
