/** Looks again and again until it is so; for what no event tells a test. @throws after `ms` */
export async function wait(isSo: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  const until = performance.now() + ms
  for (;;) {
    if (await isSo()) return
    if (performance.now() > until) throw new Error(`not so within ${ms} ms: ${isSo.toString().slice(0, 200)}`)
    await new Promise((next) => setTimeout(next, 40))
  }
}
