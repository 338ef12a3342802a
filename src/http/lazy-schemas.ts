import { createRequire } from 'node:module'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'

type Factories = NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>
type Compiled = ((...args: unknown[]) => unknown) & { errors?: unknown }
/** Of a validator or a serializer alike. */
type Factory = (schemas: unknown, options: unknown) => (route: unknown) => Compiled

/** Fastify's own compilers, from where Fastify takes them. */
const ofFastify = createRequire(createRequire(import.meta.url).resolve('fastify'))
const own = (name: string): Factory => (ofFastify(name) as () => Factory)()

/** After the start one schema is compiled this often, ms: each takes some, and calls must not wait for them. */
const everyMs = 250

/**
 * Fastify compiles the schemas of all routes in one go when it becomes ready: a second in which a gateway that is starting
 * answers nobody, neither the database nor Asterisk. Here each is compiled when it is first needed, and the rest one by one
 * once the gateway listens, so that a schema which does not compile is in the log soon after the start.
 */
export function createLazySchemas(): {
  compilersFactory: Factories
  /** Registers the compiling of the rest. */
  compileRest(app: FastifyInstance): void
} {
  const waiting = new Set<() => unknown>()

  function later(compile: () => Compiled): Compiled {
    let made: Compiled | undefined
    const get = (): Compiled => {
      waiting.delete(get)
      return (made ??= compile())
    }
    waiting.add(get)
    const stand: Compiled = (...args) => {
      const compiled = get()
      const answer = compiled(...args)
      // What was wrong is told beside the answer.
      stand.errors = compiled.errors
      return answer
    }
    return stand
  }

  const lazily =
    (factory: Factory): Factory =>
    (schemas, options) => {
      const compile = factory(schemas, options)
      return (route) => later(() => compile(route))
    }

  return {
    compilersFactory: {
      buildValidator: lazily(own('@fastify/ajv-compiler')),
      buildSerializer: lazily(own('@fastify/fast-json-stringify-compiler')),
    } as Factories,
    compileRest(app) {
      let timer: NodeJS.Timeout | undefined
      app.addHook('onListen', async () => {
        timer = setInterval(() => {
          const [next] = waiting
          if (!next) return clearInterval(timer)
          try {
            next()
          } catch (error) {
            app.log.error({ err: error }, 'a schema of a route does not compile')
          }
        }, everyMs)
        timer.unref()
      })
      app.addHook('onClose', async () => clearInterval(timer))
    },
  }
}
