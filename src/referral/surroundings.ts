import type { Surroundings } from './triggers.ts'

/**
 * PURE. How the words around a trigger change its meaning. Every check is narrow on purpose: what it takes away by
 * mistake is a missed emergency.
 */

const present =
  /正在|正|现在(?!好|没事|没啥)|眼下|此刻|这会|刚才|刚刚|刚(?!毕业|搬|买|装|交|换|出台)|马上|快来|赶紧来|赶快|快点来|快叫|救命|救救|又|还在|还没(?:出来|回来|找到|来)|突然(?!去世)|今天|今早|今晚|今儿|这么一会|已经快|一宿没|没回来|这回|这次真/
const pastTime =
  /昨[天日晚夜]|前[天晚]|前几[天年日]|前些|大前天|上(?:个|一个)?(?:周|星期|礼拜|月|学期)|上次|上回|去年|前年|往年|早年|当年|当时|那[年次会时天晚起场件回]|(?:19|20)\d\d年|[\d一二三四五六七八九十两几半]+(?:多)?(?:天|日|个?月|年|周|个?星期)(?:多)?(?:之?前|以前)|之前|以前|曾经?|小时候|从前|至今|后遗症|早就/
const longAgo = /(?:昨[天晚]|前天|前几天|上(?:个)?[周月]|去年|前年|以前|之前|早)[^，。]{0,3}的(?:事|时候)/
const completed = /^(?:过)(?!去|来|不|程)/
const closed =
  /(?:已经?|都|全|给|被|早|就|也|后来)?[^，。]{0,3}(?:扑灭|灭了|熄灭|处理(?:好|完|了|过)|解决了|修好|抢修完|救(?:上|出)来|找到了|找回|放出来|抓(?:到|住|走|获)|送(?:到|去|往|进)?(?:了)?(?:医院|医)|脱险|获救|没事了|没大碍|没有大碍|和解|立案|拘留|判刑|判了|出院|去世|离世|住院|(?:现在|病|身体|伤|人)(?:都|已经)?好了|恢复了|结束了)/
const again = /又|还在|仍|再次/
const conditional = /如果|要是|假如|假设|假使|万一|一旦|倘若|比方|比如|例如|若是|的话/
const expected =
  /(?<!好|很|我|真|都)害怕|怕(?!是|不是|得|死)|担心|容易|早晚|迟早|可能(?:会|引|导|造|被)|会不会|是否会|就会|防止|避免|预防|以免|免得|防(?!火墙)|隐患|风险|演[练习]|培训|宣传|讲座|应急预案|希望|建议|能不能(?!报警|救|快)|引[起发]|导致|造成|怎么得了|会引|一样|似的|像是要|简直|差点/
const asksWhatIf =
  /^[^，。了啦咧]{0,2}(?:怎么办|咋办|咋整|谁负责|谁管|怎么得了|算谁的)|^了?的?(?:样子|似的|一样)|^[^，。]{0,10}(?:算|属于|构成)[^，。]{0,8}(?:吗|么)|^[^，。]{0,4}这(?:事|种事|类事)|^了?(?:怎么得了|谁负责|算谁的|你们管不管|咋得了)/
const negation =
  /(?:没有?|不是|并非|并未|并没有?|未|无|别|不用|不要|不必|也没|没什么|从未|不会|没人|无人|不存在|没发生|不算)(?:再|被|人|发生|出现|什么|任何|要|想|说|真|叫|打|有|人员|家里)*$/
const negatedInside =
  /(?:没有?|不是|未|无)(?:人)?(?:被|再|发生)?(?:困|卡|着火|受伤|撞|压|砸|埋|翻|泄|漏|丢|打)/
const rehearsal = /(?<!不是)(?:消防|应急|防震|疏散)?演[练习](?!完)|拍(?:戏|电影|电视)/
/** Words of people who want an office to do something: they have time. */
const office = new RegExp(
  [
    '想问|请问|问一?下|问问|咨询|想了解|想查|查一?下|查询|打听',
    '建议|希望|投诉|反映|举报|点个?赞|表扬|锦旗|感谢|谢谢|要说法',
    '补贴|津贴|报销|赔|补偿|抚恤|救助金|补助|理赔|医保|保险|社保|低保|公积金|房贷|养老金|户口|退休|利率|审批|政策|政审|公证',
    '怎么(?:办理|领|落|补|查|买|解|充|劝|申请|走|开|收|用)|申请|手续|流程|材料|标准|资质|没证',
    '鉴定|认定|复核|立案|判决|案底|官司|有没有责任|有责任吗|术后|康复|护理|长护',
    '能不能(?!派|快|来|救|报警)|能否|能[^，。]{0,6}吗(?=，|。|$)|加装|安装|维修|没人修|修一下|该修|尽快修|清理|该清|多撒|改造',
    '态度|收费|费用|多少钱|工资|待遇|开除|裁员|合同|质量|卫生|发霉|超标|扰民|影响|占道|占地|甲醛|装在',
    '经常|天天(?!这样今天)|每天|晚上都|总(?:是|有)|老(?:是|说|把|停|乱|有人)|好几次|一[^，。]{1,3}就(?=积|进|漏|堵|响|打|冒)|很久了|多年|早晚|[一二两三四五六七八九十几半\\d]+(?:年|个月|天)了',
    '哪个部门|找谁|谁管|没人管|管管|业主|物业(?!来|救)|招人|招聘|报名|考试|培训|课程?(?!间)|罚|违法|强制|推销|办卡|银行卡|快递|门禁|自来水|网上|充值|预约|周末|过年',
    '是真的吗|是不是诈骗|什么时候|几点|哪天|多久|正常吗|怎么能?退|厂家|电话(?:是)?多少|教练|中介|保健品|定金|骗子|投资|专家|家庭医生',
  ].join('|'),
)
const partOfName = /^(?:隐患|风险|演[练习]|事故?应急|知识|讲座|宣传|保险)/
const asksHow = /^了?(?:怎么办|咋办|咋整)/
const heard =
  /听说|据说|网传|新闻|电视|电影|小说|游戏|视频|朋友圈|网上看|传言|是真的吗|是不是真的|是真是假|谣/
const asked = /吗|呢|是不是|哪个|哪里|哪儿|谁|什么时候|真的假的|是真是假/

/** A text together with what holds for all of it, so that it is found out once and not for each match. */
export type ReadText = { text: string; office: boolean; hearsay: boolean; rehearsal: boolean }

export const readText = (text: string): ReadText => ({
  text,
  office: office.test(text),
  hearsay: heard.test(text) && asked.test(text),
  rehearsal: rehearsal.test(text),
})

/**
 * Where a pattern (with the flag `g`) matches. Of a hundred patterns hardly any does, and looking first costs a sixth of
 * `matchAll`, which copies the pattern each time.
 */
export const matchesOf = (text: string, pattern: RegExp): Iterable<RegExpExecArray> =>
  text.search(pattern) < 0 ? [] : text.matchAll(pattern)

/** How far around a match its meaning is looked for; a longer reach makes a flood of words slow to read. */
const reach = 120

/** Which readings of its surroundings hold for a match: its clause lies between commas, its sentence between stops. */
export function surroundingsOf(read: ReadText, index: number, words: string): Set<Surroundings> {
  const stop = index + words.length
  const near = read.text.slice(Math.max(0, index - reach), index)
  const earlier = near.slice(near.lastIndexOf('。') + 1)
  const before = earlier.slice(earlier.lastIndexOf('，') + 1)
  const later = read.text.slice(stop, stop + reach)
  const after = later.slice(0, later.search(/[，。]|$/))
  const now = present.test(before + words + after) || present.test(earlier.slice(-12))
  // A match with a gap may have swallowed the word that turns it round.
  const upTo = before + words

  const found = new Set<Surroundings>()
  if (negation.test(before) || negatedInside.test(words)) found.add('negated')
  if (completed.test(after) || words.includes('过')) found.add('resolved')
  if (closed.test(later) && !again.test(later)) found.add('resolved')
  if (!now && (pastTime.test(earlier + words + after) || longAgo.test(later))) found.add('past')
  if (conditional.test(upTo) || expected.test(upTo) || asksWhatIf.test(after) || read.rehearsal)
    found.add('hypothetical')
  if (partOfName.test(after) || (/真$/.test(before) && asksHow.test(after))) found.add('hypothetical')
  if (!now && read.office) found.add('aftermath')
  if (read.hearsay) found.add('hearsay')
  return found
}
