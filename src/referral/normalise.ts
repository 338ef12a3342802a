/**
 * PURE. Brings what people type or what a transcript holds into one spelling, so that the trigger patterns can be
 * written once: width, traditional characters, letters for syllables, slips of an input method, characters set apart.
 */

const traditional: Record<string, string> = Object.fromEntries(
  (
    '樓楼報报殺杀滅灭車车禍祸暈晕傷伤煙烟燒烧電电墜坠搶抢綁绑開开門门來来沒没氣气動动樹树壓压發发現现醫医護护' +
    '熱热們们這这個个裡里裏里麼么別别請请問问還还過过進进邊边兒儿媽妈爺爷孫孙歲岁點点漲涨陽阳臺台頂顶橋桥窗窗' +
    '強强姦奸賊贼偷偷撞撞輛辆騎骑摩摩倒倒塌塌滑滑坡坡淹淹掉掉斷断腦脑臟脏藥药農农療疗緊紧馬马幫帮鄰邻煤煤漏漏'
  )
    .match(/../gu)
    ?.map((pair) => [...pair] as [string, string]) ?? [],
)

/** Slips of input methods and syllables typed as letters. Each stands for one thing only in these surroundings. */
const slips: readonly [RegExp, string][] = [
  [/zhao\s*huo|着\s*huo|zhe\s*huo/g, '着火'],
  [/qi\s*huo|起\s*huo/g, '起火'],
  [/jiu\s*ming|救\s*ming/g, '救命'],
  [/sha\s*ren/g, '杀人'],
  [/zi\s*sha/g, '自杀'],
  [/che\s*huo/g, '车祸'],
  [/yun\s*dao/g, '晕倒'],
  [/著(?=[大起]?火|了火)/g, '着'],
  [/[找照捉着招][伙火](?=了|啦|拉|咧|喽|快)/g, '着火'],
  [/救[明名](?=啊|呀|[，。！]|$)/g, '救命'],
  [/晕到(?=了|在)/g, '晕倒'],
  [/车货(?=了|，|。|$)/g, '车祸'],
  [/煤汽/g, '煤气'],
  [/报井/g, '报警'],
  [/杀[淫银](?=了|啦)/g, '杀人'],
]

const invisible = /[\u200b-\u200f\u2060\ufeff\ufe0f]|\p{Extended_Pictographic}/gu

export function normalise(text: string): string {
  let s = text.normalize('NFKC').toLowerCase().replace(invisible, '')
  s = s.replace(/\p{Script=Han}/gu, (c) => traditional[c] ?? c)
  // "着 火 了": single characters set apart belong together; any other space parts two statements.
  s = s.replace(
    /(?<=(?:^|[\s，。！]|\p{Script=Han})\p{Script=Han})[ \t]+(?=\p{Script=Han}(?:[\s，。！!,.]|$))/gu,
    '',
  )
  for (const [slip, meant] of slips) s = s.replace(slip, meant)
  return s
    .replace(/[,、:]|(?<=\p{Script=Han})\s+|\s+(?=\p{Script=Han})/gu, '，')
    .replace(/[.!?;\n…~]+|[。！？；]+/g, '。')
    .replace(/(\p{Script=Han})\1{2,}/gu, '$1$1')
    .replace(/，+/g, '，')
}
