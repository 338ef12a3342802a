import { type WebSocket, WebSocketServer } from 'ws'

/**
 * The baseline of the desks: a `ws` server that holds sockets and does nothing else. Every page comes as `/N`; a message
 * `N text` on the socket `/control` is sent on to page N.
 */
const pages = new Map<number, WebSocket>()
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
server.on('connection', (socket, request) => {
  socket.on('error', () => socket.terminate())
  if (request.url === '/control') {
    socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8')
      const blank = text.indexOf(' ')
      pages.get(Number(text.slice(0, blank)))?.send(text.slice(blank + 1))
    })
    return
  }
  const n = Number(request.url?.slice(1))
  pages.set(n, socket)
  socket.on('close', () => pages.delete(n))
})
server.on('listening', () => {
  const address = server.address()
  process.send?.({ told: 'port', port: typeof address === 'object' && address ? address.port : 0 })
})
process.on('disconnect', () => process.exit(0))
