/** PURE. The desk's keys. They work inside inputs too, so each one carries Alt or Ctrl. */
export type Command =
  | { do: 'answer' }
  | { do: 'decline' }
  | { do: 'mute' }
  | { do: 'hold' }
  | { do: 'hangUp' }
  | { do: 'recording' }
  | { do: 'emergency' }
  | { do: 'takenOver' }
  | { do: 'knowledge' }
  | { do: 'submit' }
  | { do: 'renew' }
  | { do: 'keys' }
  | { do: 'select'; index: number }

export type Key = {
  code: string
  key: string
  alt: boolean
  ctrl: boolean
  shift: boolean
  /** An input method is composing: the key belongs to it. */
  composing: boolean
  /** The focus is where text is typed. */
  typing: boolean
}

/** `code` and not `key`: Alt changes the letter on some systems. */
const byAlt: Record<string, Command> = {
  KeyA: { do: 'answer' },
  KeyX: { do: 'decline' },
  KeyM: { do: 'mute' },
  KeyH: { do: 'hold' },
  KeyE: { do: 'hangUp' },
  KeyR: { do: 'recording' },
  KeyJ: { do: 'emergency' },
  KeyT: { do: 'takenOver' },
  KeyW: { do: 'renew' },
}

export function commandOf(key: Key): Command | null {
  if (key.alt && !key.ctrl && !key.shift) {
    const digit = /^Digit([1-9])$/.exec(key.code)
    if (digit) return { do: 'select', index: Number(digit[1]) - 1 }
    return byAlt[key.code] ?? null
  }
  if (key.composing) return null
  if (key.ctrl && !key.alt && key.code === 'KeyK') return { do: 'knowledge' }
  if (key.ctrl && !key.alt && key.key === 'Enter') return { do: 'submit' }
  if (key.key === '?' && !key.typing && !key.ctrl && !key.alt) return { do: 'keys' }
  return null
}

/**
 * The emergency dialog's digits: a place in its list, from 0. They count wherever the focus was when the dialog opened,
 * except in the dialog's own field, where another number is typed.
 */
export function digitOf(
  key: Pick<Key, 'key' | 'alt' | 'ctrl' | 'composing'> & { ownField: boolean },
): number | null {
  if (key.ownField || key.alt || key.ctrl || key.composing) return null
  return /^[1-9]$/.test(key.key) ? Number(key.key) - 1 : null
}

/** The list behind `?`, in the order of a call. */
export const keyHelp: readonly { keys: string; does: string }[] = [
  { keys: 'Alt+A', does: '接听当前来话' },
  { keys: 'Alt+X', does: '拒接当前来话' },
  { keys: 'Alt+M', does: '静音 / 取消静音' },
  { keys: 'Alt+H', does: '保持 / 恢复通话' },
  { keys: 'Alt+R', does: '暂停 / 恢复录音' },
  { keys: 'Alt+E', does: '挂断电话，或结束会话' },
  { keys: 'Alt+J，再按数字', does: '紧急转办，数字选择号码（110、119、120、122）' },
  { keys: 'Alt+T', does: '紧急转办：对方已接手' },
  { keys: 'Alt+1 至 Alt+9', does: '切换联络' },
  { keys: 'Alt+W', does: '话后整理延时一次' },
  { keys: 'Enter', does: '发送消息（Shift+Enter 换行）' },
  { keys: 'Ctrl+Enter', does: '提交登记' },
  { keys: 'Ctrl+K', does: '检索知识库' },
  { keys: '?', does: '显示本表' },
]
