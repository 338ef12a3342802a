/**
 * The build lowers syntax to Chromium 87, not the library: what a dependency calls and that browser lacks stands here.
 * `Object.hasOwn` (Chromium 93): pinia.
 */
const object = Object as { hasOwn?: (of: object, key: PropertyKey) => boolean }
object.hasOwn ??= (of, key) => Object.prototype.hasOwnProperty.call(of, key)

export {}
