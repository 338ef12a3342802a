import { matchesOf, surroundingsOf, type ReadText } from './surroundings.ts'
import type { EmergencyKind } from './triggers.ts'

/**
 * PURE. People in danger often name no danger at all: "他坐不住了，满头大汗". A sign is weaker than a trigger: it makes an
 * emergency together with a person, the present, a call for help or another sign. Points add up to `enough`; words of
 * somebody who wants an office to do something take points away.
 */
/** `lasting`: still true although it began yesterday, such as a missing child. */
type Sign = { kind: EmergencyKind; points: number; pattern: RegExp; lasting?: true }

const sign = (kind: EmergencyKind, points: number, ...sources: string[]): Sign => ({
  kind,
  points,
  pattern: new RegExp(sources.join('|'), 'g'),
})

const lasting = (kind: EmergencyKind, points: number, ...sources: string[]): Sign => ({
  ...sign(kind, points, ...sources),
  lasting: true,
})

const signs: readonly Sign[] = [
  // A body that does not do what bodies do.
  sign(
    'medical',
    2,
    '不动了|没动静|[叫摇喊推]不[起醒应动]|怎么(?:叫|喊|摇|推)|不答应|不吱声|不应声|没反应|没知觉|不省',
  ),
  sign(
    'medical',
    2,
    '[起爬站坐走]不[起来住了]{1,2}(?=，|。|$)|动不了|动弹不|坐不住|站不住|直不起|走不了路|摔[^，。]{0,3}地上',
  ),
  sign(
    'medical',
    2,
    '(?:脸|嘴|嘴唇|手脚?|身上|浑身|脸色)[^，。]{0,6}(?:紫|发?青|发黑|发白|煞白|惨白|冰凉|凉了)|冻僵|烧到四十|四十度',
  ),
  sign(
    'medical',
    2,
    '[流淌喷冒出满全是][^，。]{0,4}血(?!压|糖|脂|站|检|型|管|液|栓|透|常规)|血[^，。]{0,3}[喷流淌涌]|见红|破水|一摸[^，。]{0,4}血',
  ),
  sign(
    'medical',
    2,
    '心慌|心跳|脉|胸口?[^，。]{0,3}[闷疼痛紧]|心口|[直一]喘|喘(?:得|的|不|气)|憋|上不来|吸不上|痰|气管|嗓子[^，。]{0,3}肿',
  ),
  sign(
    'medical',
    2,
    '沫子|白沫|抽(?!查|奖|时间|空|烟|水|屉|样|血|签|油|纸)|哆嗦|打摆子|痉挛|浑身发抖|往上翻|翻白眼',
  ),
  sign('medical', 2, '晕(?!车|船|头转)|迷糊|神志|说胡话|意识|不认人|昏|猝|栽倒|一口气|断气|咽气|没命'),
  sign(
    'medical',
    2,
    '(?:人|太|头|爷|妈|爸|娃|孩|他|她|生|都)[^，。]{0,4}倒(?:了|着|下|地)|倒在|下去一个倒|躺[^，。]{0,3}(?:地|路|雪|沟|马路|楼梯|着)|趴[在着]|瘫(?!痪)',
  ),
  sign(
    'medical',
    2,
    '[咽吞](?:了|下|进)|全[吞吃喝]了|安定|安眠|头孢[^，。]{0,6}酒|酒[^，。]{0,6}头孢|药[^，。]{0,4}(?:吃|喝)(?:多|下|了)|(?:吃|喝)(?:了)?[^，。]{0,4}(?:好多|一瓶|整瓶|一把)?药(?!店|费)|误[食服]',
  ),
  sign(
    'medical',
    2,
    '(?:锯|割|砍|绞|扎|刺|戳|夹|烫|咬|蛰|劈|磕)(?:到|断|进|伤|着|破|了|手|掉)(?!门|桩)|(?:压|砸)(?:到|着|断|伤|在|了)?[^，。]{0,4}(?:人|我|他|手|脚|腿|头)|起[^，。]{0,4}(?:大?泡)',
  ),
  sign(
    'medical',
    2,
    '没了?(?:呼吸|心跳|脉)|摸不到|人工呼吸|心肺复苏|按压|犯病|发病|病犯|老毛病[^，。]{0,3}犯|又[吐拉]又[吐拉]|都在[^，。]{0,2}(?:吐|拉)',
  ),
  sign(
    'medical',
    1,
    '看不见东西|眼睛[^，。]{0,3}看不见|撑不住|大汗|冒汗|冷汗|高烧|发烧|吐了|呕吐|拉肚子|[疼痛](?:得|的|死)|不敢碰|打滚|肿|疹子|不行|孕|临产|宫缩|嗡嗡',
  ),
  sign('medical', 3, '炸[^，。]{0,2}手|手[^，。]{0,3}炸|手指[^，。]{0,3}没了|骨头[^，。]{0,6}露'),
  // Violence, threat, intrusion, confinement.
  sign(
    'police',
    3,
    '不敢(?:出声|说话|吱声|动|开门(?!窗)|出去|下车|回家)|不方便说话|报个警|撕心裂肺|小点声|别让他听见|惨叫|尖叫|呼救|嚎|哭喊',
  ),
  sign(
    'police',
    3,
    '不让[^，。]{0,4}(?:走|下车|出去|出门|回家|动)|(?:我|人|孩子|她|他)[^，。]{0,10}(?:堵(?:在|住)|围(?:住|着|上|在)|拦[住下])|(?<!去|来)堵我|偏离(?:路线|导航)|往郊外开|孩子[^，。]{0,4}不认识|不给饭|(?:护照|身份证|手机)[^，。]{0,4}收|骗[到进][^，。]{0,6}(?:厂|国|缅|窝|山)',
  ),
  sign(
    'police',
    2,
    '关在|锁在|锁(?:了)?屋|锁(?:了)?门|反锁|[拖拽扯](?!欠|后|延|拉机|鞋|把)|捆|绑(?!定)|控制(?:住|了)我',
  ),
  sign(
    'police',
    2,
    '翻[^，。]{0,6}(?:进|阳台|窗|墙)|撬|闯(?!红灯)|破门|踹|蒙面|正在偷|偷[^，。]{0,6}(?:看见|正|被我)|可疑',
  ),
  sign(
    'police',
    2,
    '扳手|锤子|榔头|砖头|棍|菜刀|匕首|水果刀|砍刀|刀子|刀片|动刀|斧|酒瓶|手里[^，。]{0,3}瓶|钢管|锄头|镰刀|铁锹|弹弓|家伙|汽油|凶器|枪',
  ),
  sign(
    'police',
    2,
    '[砸打揍追掐捅砍抢劫](?:我|他|她|人|孩|女|得|起|伤|在|了|死|着|头|车|东西|仗)(?!社|包|电话|交道)|见人就(?!叫|笑|躲|说)|打仗|干仗|动手|撒气|耍流氓|摸(?:我|她)|脱[^，。]{0,2}裤',
  ),
  sign(
    'police',
    2,
    '威胁要|恐吓|要[泼]|泼[^，。]{0,2}(?:我|硫酸|汽油|开水)|要(?:弄|炸|烧|害|杀|砍)|报复我|跟着|同归于尽|一起死|弄死|死给',
  ),
  lasting(
    'police',
    3,
    '(?:孩|娃|女儿|儿子|闺女|老人|痴呆|岁|弟|妹|爸|妈|爷|奶|他|她)[^。]{0,20}(?:没回家|没回来|走岔|走迷|糊涂了|失联|没找[着到]|找不[着到]人?|(?:电话|手机)[^，。]{0,2}(?:打不通|关机|没人接))|弃婴|水[库里][^，。]{0,3}扔|像是?人|刚生的孩子|(?:孩子|婴儿)[^，。]{0,4}扔',
  ),
  lasting(
    'police',
    4,
    '下辈子|来世|永别|遗言|替我照顾|照顾好[^，。]{0,3}(?:爸|妈|孩子|自己)|别找我|别怪我|最后一[次面]|对不起[^，。]{0,6}(?:爸|妈|孩子|大家|你们)|撑不下去了|坚持不(?:下去|住)了|解脱|没有?活(?:路|头)',
  ),
  sign(
    'police',
    3,
    '[坐站趴爬蹲][^，。]{0,2}(?:在|到|上)[^，。]{0,8}(?:铁轨|楼顶|天台|栏杆|楼边|窗台|塔吊|电线杆|烟囱|桥栏|边上)|铁轨|腿[^，。]{0,3}(?:耷拉|悬)',
  ),
  // Vehicles.
  sign(
    'traffic',
    3,
    '(?:车|台|辆|摩托|电动|老头乐)[^，。]{0,8}(?:碰(?!瓷)|[刮剐带挂]倒|挂了|撞|怼|轧|碾|干一块|干一起|钻[^，。]{0,5}底|失灵|压[^，。]{0,3}人|冲进|别停|往上冲|顶出|倒扣)|让[^，。]{0,3}车[^，。]{0,2}(?:顶|刮|带|挂|碰)|连环|(?:对|碰)上了(?=，|。)|(?:碰|[刮剐挂]倒|撞|怼|轧|压)[^，。]{0,4}(?:人|车底|娃|孩|老)|连撞|撞[成进翻]|坏在[^，。]{0,6}(?:行车道|快车道|高速|路中|隧道)|刹车[^，。]{0,3}(?:失灵|不好使)|当刹车',
  ),
  // Trapped, falling, smoke, gas, water.
  sign(
    'fire',
    3,
    '拔不出|(?<![金钱款号])[取拿]不(?:出|下)(?!钱|款)|掰不开|越陷|陷(?:在|进|到)|卡(?:在|住|进)|夹(?:在|住|进|着)|塞进|绞(?:在|进)|埋(?:到|了|住|在)|压在|困(?!难|扰|境|惑|死)|没上来|上不来',
  ),
  sign(
    'fire',
    2,
    '下不来|停[^，。]{0,2}半空|吊着|歪了，[^，。]{0,4}(?:人|吊)|底下[^，。]{0,3}人|压[^，。]{0,3}下头|下[^，。]{0,2}(?:管|窨|地下)?井|出不(?:来|去)(?!钱)|够不着|塌|往下(?:掉|坠|滑)|悬(?:在|空)|挂在|(?<!手机|钥匙|戒指|卡|包|东西|[耳眼][机镜]|快递)掉(?:了|进|下|到)?[^，。]{0,4}(?:层|里|井|坑|沟|洞|窖)|(?:冰|桥|地)[^，。]{0,3}(?:裂|断|塌)|砸下来|掉石头',
  ),
  sign(
    'fire',
    3,
    '喷火|往外喷|爆表|[窜蹿冒]火|火[苗星花]|烟味|呛(?!声|得不敢开窗|人)|看不清人|臭鸡蛋|(?:报警器|一氧化碳)[^，。]{0,6}(?:叫|响)|[呲滋嘶]{2}|噼啪|噼里啪啦|放电|焦糊|烧焦|糊味|着了(?=，|。|$)|坐着锅|(?:煤气|燃气|火|灶)[^，。]{0,3}(?:开着|没关)',
  ),
  sign(
    'fire',
    3,
    '(?:燃气|天然气|煤气|化学|油|氨|氯|酸|毒)[^，。]{0,8}(?:挖断|断了|漏|泄|喷)|漏(?:氨|氯|油|毒|酸)|往外跑|跑出来|洒[^，。]{0,4}(?:液体|不明)|流眼泪|刺鼻|辣[^，。]{0,2}睁',
  ),
  sign(
    'waterRescue',
    3,
    '(?:艇|船|筏)[^，。]{0,3}翻|漂(?:着|呢|在)|水[^，。]{0,3}(?:涨|漫|灌)|开口子|往[^，。]{0,3}(?:村|家|屋)里灌|没过|大水|河边，',
  ),
]

const victims =
  /[孩娃婴老爸妈爹娘爷奶姥妻弟妹哥姐]|媳妇|对象|丈夫|儿子|女儿|闺女|同学|学生|[工室]友|工人|司机|乘客|孕妇|邻居|行人|人|我|他|她|俺|同事|大[哥爷妈叔]|钓鱼的|骑[^，。]{0,4}的|[一两俩三四五六七八九十几\d]个/
const calls =
  /快来|快派|赶紧|快点|快(?=，|。|$)|救(?!助|济|护车)|求求|急(?=，|。|$|死)|sos|help|怎么办(?=，|。|$)|咋办|咋整|就我一个人|一个人在家|快没电|没来(?=，|。|$)|打不通/
const nowWords =
  /正在|正往|现在|刚才|刚刚|刚(?!毕业|搬|买|装)|突然|一下子|越来越|一直|到现在|这会|还有气|快(?:要)?[^，。]{0,2}了|着呢|还在/
const enough = 3

export type SignsFound = { kinds: EmergencyKind[]; words: string } | null

/** @param read normalised and blanked, as the triggers read it */
export function readSigns(read: ReadText): SignsFound {
  const { text } = read
  const points = new Map<EmergencyKind, number>()
  let words = ''
  for (const { kind, points: worth, pattern, lasting: stillTrue } of signs) {
    for (const match of matchesOf(text, pattern)) {
      const around = surroundingsOf(read, match.index, match[0])
      around.delete('aftermath')
      if (stillTrue) around.delete('past')
      if (around.size > 0) continue
      points.set(kind, (points.get(kind) ?? 0) + worth)
      words ||= match[0]
      break
    }
  }
  if (!words) return null
  const general =
    (victims.test(text) ? 1 : 0) +
    (calls.test(text) ? 2 : 0) +
    (nowWords.test(text) ? 1 : 0) -
    (read.office ? 5 : 0)
  const total = [...points.values()].reduce((sum, n) => sum + n, general)
  // Water is also the fire brigade's, and the only one where a city has no line for it.
  if (points.has('waterRescue')) points.set('fire', 0)
  return total < enough ? null : { kinds: [...points.keys()], words }
}
