import { inject } from 'vitest'

/** What a run of tests or of a benchmark brings up once. */
export interface Run {
  /** connection string of its PostgreSQL, as owner */
  postgresUrl: string
  /** folder for databases, logs and sockets; goes away with the run */
  folder: string
  /** a migrated database nobody is connected to, to be copied; absent: every database is migrated by itself */
  template?: string
}

let brought: Run | null = null

/** A benchmark brings its own; within vitest the run is handed out by run-services.ts. */
export function useRun(run: Run): void {
  brought = run
}

export const theRun = (): Run =>
  brought ?? {
    postgresUrl: inject('postgresUrl'),
    folder: inject('runFolder'),
    template: inject('templateDatabase'),
  }
