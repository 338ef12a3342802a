/**
 * PURE. Words by which a citizen stops or resumes notices (通信短信息服务管理规定 第十八、二十条: whoever refuses must
 * not be sent commercial messages again, and refusing must be easy). A text counts only when the word is all of it or
 * stands apart at its beginning, so that a complaint about 退订 stays a complaint.
 */
const stop = ['退订', 'TD', 'T', '拒收', '取消订阅', '退订短信', '拒收短信', 'STOP', 'UNSUBSCRIBE']
/** 恢复 alone is none of them: "restored" is an answer about a water pipe. */
const resume = ['恢复订阅', '重新订阅', '恢复短信', 'HF', 'START', 'SUBSCRIBE']
/** Clear enough not to begin an ordinary sentence by accident. */
const stopAtStart = ['退订', 'TD', '拒收']

export type OptWord = {
  word: 'optOut' | 'optIn'
  /** Nothing else was said: no person need read it. */
  alone: boolean
}

export function optWord(text: string): OptWord | null {
  const plain = text.normalize('NFKC').trim()
  const bare = plain.replace(/^[\p{P}\p{S}\s]+|[\p{P}\p{S}\s]+$/gu, '').toUpperCase()
  const word = bare.replace(/^回复?/, '')
  if (stop.includes(word)) return { word: 'optOut', alone: true }
  if (resume.includes(word)) return { word: 'optIn', alone: true }
  const [first = '', second] = bare.split(/[\p{P}\p{S}\s]+/u, 2)
  return second !== undefined && stopAtStart.includes(first) ? { word: 'optOut', alone: false } : null
}
