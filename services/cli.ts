import { type Command, read, ServiceProblem, UsageProblem } from './command.ts'
import { toTerminal } from './report.ts'
import { readDotEnv } from './settings.ts'

/** Loaded only when asked for, so that `--help` and `check` need nothing else. */
const commands: Record<string, () => Promise<Command>> = {
  demo: async () => (await import('./commands/demo.ts')).demo,
  start: async () => (await import('./commands/start.ts')).start,
  stop: async () => (await import('./commands/stop.ts')).stop,
  test: async () => (await import('./commands/test.ts')).test,
  check: async () => (await import('./commands/check.ts')).check,
  bench: async () => (await import('./commands/bench.ts')).bench,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  backup: async () => (await import('./commands/backup.ts')).backup,
  restore: async () => (await import('./commands/restore.ts')).restore,
  spool: async () => (await import('./commands/spool.ts')).spool,
}

async function overview(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()))
  const lines = all.map(({ usage, does }) => `  ./hotline ${usage}\n      ${does}`)
  return `Gateway for a citizens' hotline.\n\n${lines.join('\n')}\n\nSettings come from the environment or a file .env; see .env.example.\n`
}

function helpOf({ usage, does, options = {} }: Command): string {
  const lines = Object.entries(options).map(([name, { value, help }]) => {
    const left = `--${name}${value === undefined ? '' : ` ${value}`}`
    return `  ${left.padEnd(26)} ${help}\n`
  })
  return `./hotline ${usage}\n\n${does}\n${lines.length === 0 ? '' : `\n${lines.join('')}`}`
}

async function main([name, ...rest]: string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(await overview())
    return name === undefined ? 2 : 0
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load === undefined) {
    const kind = name.startsWith('-') ? 'option' : 'command'
    throw new UsageProblem(`There is no ${kind} "${name}". Commands: ${Object.keys(commands).join(', ')}.`)
  }
  const command = await load()
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(helpOf(command))
    return 0
  }
  const given = read(name, command, rest)
  // tests, benchmarks and the demo bring their own settings: a configured channel must not be reached by them
  if (!['check', 'test', 'bench', 'demo'].includes(name)) readDotEnv()
  return await command.run(given, toTerminal)
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (problem) {
  if (problem instanceof UsageProblem) {
    process.stderr.write(`hotline: ${problem.message}\n`)
    process.exitCode = 2
  } else {
    const words =
      problem instanceof ServiceProblem ? problem.message : ((problem as Error).stack ?? String(problem))
    process.stderr.write(`hotline: ${words}\n`)
    process.exitCode = 1
  }
}
// whatever is still open belongs to what has just been ended; on Linux the last lines are written by now
process.exit()
