// The package ships no types. Only what the adapter uses is declared.
declare module 'asterisk-ami-client' {
  import type { EventEmitter } from 'node:events'
  import type { TcpNetConnectOpts } from 'node:net'

  type Options = {
    reconnect?: boolean
    keepAlive?: boolean
    emitEventsByTypes?: boolean
    emitResponsesById?: boolean
  }

  export interface AmiClientConnection extends EventEmitter {
    /** A string is sent as it is, closed by an empty line; that is the only way to repeat a field. */
    write(message: string | Record<string, string>): boolean
    readonly isConnected: boolean
  }

  export default class AmiClient extends EventEmitter {
    constructor(options?: Options)
    connect(user: string, secret: string, options: TcpNetConnectOpts): Promise<AmiClientConnection>
    disconnect(): this
    action(message: Record<string, string>, promisable: true): Promise<Record<string, string>>
    action(message: Record<string, string>): this
    readonly connection: AmiClientConnection | null
  }
}
