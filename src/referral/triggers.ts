import type { Incident } from '../statutes/statute.ts'

/**
 * PURE. What people say when somebody needs help now.
 *
 * Trigger: a pattern for an event, never for a bare noun (车祸 alone may be a question about insurance). `immune` names
 * the readings of its surroundings that do not take it away: one who fears that somebody will jump is to be believed,
 * one who fears that a wire may burn reports a hazard.
 */
export type EmergencyKind = 'police' | 'fire' | 'medical' | 'traffic' | 'waterRescue'
export type Surroundings = 'negated' | 'past' | 'hypothetical' | 'aftermath' | 'resolved' | 'hearsay'

export type Trigger = {
  kinds: readonly EmergencyKind[]
  pattern: RegExp
  immune?: readonly Surroundings[]
  incident?: Incident
}

/** A gap that does not cross punctuation. */
const gap = (n: number): string => `[^，。]{0,${n}}`
const person =
  '(?:人|孩|娃|老人|老头|大爷|大妈|老太|妈|爸|爹|娘|爷|奶|姥|媳妇|老婆|老伴|老公|丈夫|儿子|女儿|闺女|同学|学生|工友|工人|邻居|我|他|她|司机|乘客|孕妇|婴儿|宝宝)'

const re = (source: string): RegExp => new RegExp(source, 'g')

/** So plain that even a polite question about it ("请问着火了打哪个电话") is about the present. */
const plain: readonly Surroundings[] = ['aftermath']

const fire: Trigger[] = [
  {
    kinds: ['fire'],
    incident: 'accident',
    immune: plain,
    pattern: re('着[起了]?(?:大)?火(?!点|源|原因|机)|[起失走]火(?!车)|着起来|烧起来|烧着|自燃|燃起来|点着了'),
  },
  {
    kinds: ['fire'],
    incident: 'accident',
    pattern: re(
      `(?:锅|垛|柴|草|山|屋|房|棚|车|窗帘|被子|插座|电线|电箱|变压器|电视|沙发|仓库|店)${gap(3)}着(?:了|咧|啦)(?!急|凉)`,
    ),
  },
  {
    kinds: ['fire'],
    incident: 'accident',
    pattern: re(
      '火[苗势光焰]|火(?:太|很|老|好)?大(?:得|了)?|大火|火往|救火|火警|火星子|冒火(?!花)|灭不了|扑不灭',
    ),
  },
  {
    kinds: ['fire'],
    incident: 'accident',
    pattern: re(
      '[浓黑]烟|冒(?:着|出|的)?(?:好大|大|浓|黑|白)?的?烟|[是满]烟|烟(?:太|很|老|特别|特)大|烟往|呛得?(?:不行|睁不开眼)',
    ),
  },
  {
    kinds: ['fire'],
    incident: 'accident',
    immune: plain,
    pattern: re(
      `(?:煤气|燃气|天然气|液化气|瓦斯|氯气|氨气|毒气|煤气罐|液化气罐|化学品|危化品|汽油|油罐|硫酸|盐酸|酸罐)${gap(6)}(?:泄漏|泄露|漏了|漏气|漏)|漏气|(?:煤气|燃气|瓦斯|天然气)${gap(2)}味|闻${gap(8)}(?:煤气|燃气|瓦斯|天然气)`,
    ),
  },
  { kinds: ['fire'], incident: 'accident', pattern: re('爆炸|炸了|炸开|爆燃') },
  {
    kinds: ['fire', 'police'],
    incident: 'socialSecurity',
    immune: ['hypothetical'],
    pattern: re(`汽油${gap(6)}(?:点|浇|泼)|(?:要|想)(?:放火|点火|纵火)|放火|纵火`),
  },
]

const rescue: Trigger[] = [
  {
    kinds: ['fire'],
    pattern: re(
      `被困|困(?:住|在)${gap(8)}|困了?${gap(6)}人|(?:卡|夹|锁|堵|关|憋)在?${gap(10)}(?:出不来|出不去|拔不出|拿不出|动弹不得)|${person}${gap(6)}(?:出不来|出不去|没出来|跑不出)`,
    ),
  },
  {
    kinds: ['fire'],
    pattern: re(
      `电梯${gap(12)}(?:困|关|卡)${gap(8)}${person}|电梯${gap(4)}(?:卡在|停在)${gap(8)}，${gap(4)}(?:里头|里面|里边)${gap(4)}${person}|(?:困|关|卡|停)在?${gap(2)}电梯里?|电梯(?:坠落|掉下去)`,
    ),
  },
  {
    kinds: ['fire'],
    immune: ['aftermath'],
    pattern: re(`(?:锁|关|落|反锁)在?${gap(3)}车里|(?:手|脚|头|胳膊|腿|手指)${gap(4)}(?:卡|夹)(?:在|进|住)`),
  },
  {
    kinds: ['fire'],
    incident: 'accident',
    pattern: re(
      `(?:房|楼|墙|桥|矿|工地|脚手架|隧道|棚|塔吊|厂房)${gap(6)}(?:塌|坍塌|倒塌|垮)(?:了|下)|塌方|坍塌|脚手架${gap(2)}倒|(?:埋|压)(?:了|在|住|着)${gap(6)}(?:${person}|车|户|下)|${person}${gap(5)}(?:埋|压)在|砸[着到中了]${gap(3)}${person}|透水`,
    ),
  },
  {
    kinds: ['fire'],
    incident: 'naturalDisaster',
    pattern: re(
      `滑坡|泥石流|决口|溃坝|垮坝|地震了|山洪|洪水|发大水|涨大水|水${gap(6)}(?:到|过|漫)${gap(2)}(?:胸|脖|腰|房顶)|困在?${gap(3)}房顶`,
    ),
  },
  {
    kinds: ['fire', 'waterRescue'],
    immune: plain,
    pattern: re(
      `(?:掉|落|滑|跌|跳|冲|栽|翻)(?:进|到|入|下)?了?${gap(3)}(?:河|江|湖|海|水库|水塘|水里|水中|池塘|鱼塘|冰窟|冰面|冰里|井里|井|沟里|化粪池|粪池)|落水|溺水(?!儿童|急救|事[故件]|者|身亡|安全|知识)|淹(?:着|死|到)|${person}淹|被(?:水|浪|洪水)?冲走|${person}${gap(4)}在水里|船${gap(4)}翻|看不见头`,
    ),
  },
  {
    kinds: ['fire'],
    pattern: re(
      `(?:窗|阳台|楼顶|护栏|空调外机)${gap(10)}(?:挂|吊|悬|爬)${gap(6)}${person}|${person}${gap(6)}(?:挂|吊|悬|爬)在?${gap(4)}(?:窗外|窗户外|阳台外|外面)|${person}${gap(4)}爬(?:出|到)${gap(6)}|(?:要|快)掉下[来去]`,
    ),
  },
  {
    kinds: ['fire'],
    pattern: re(
      `${person}${gap(3)}陷(?:在|进|到)|越陷越深|冰面?${gap(3)}(?:裂|破|塌)|掉下去了?(?:[一两二三四五六七八九十几]|好几)?(?:个|人)`,
    ),
  },
  {
    kinds: ['fire', 'police'],
    pattern: re(`(?:爬山|山上|山里|林子里|野外)${gap(10)}(?:迷路|下不来|走不出|困)|迷路了`),
  },
]

const medical: Trigger[] = [
  {
    kinds: ['medical'],
    immune: plain,
    pattern: re(
      '晕(?:倒|过去|厥|死过去|了)|昏(?:迷|倒|过去|厥|死)|休克|不省人事|[叫喊推](?:他|她)?(?:也)?(?:不醒|不应|没反应)|(?:喊|叫)(?:他|她)?也?不(?:吱声|答应)|没[有了]?(?:呼吸|心跳|脉搏|意识|知觉|反应)了?|没气(?:了|儿)|(?:心脏?|呼吸)骤停|迷糊了|蔫了',
    ),
  },
  {
    kinds: ['medical'],
    pattern: re(
      `(?:人|爸|妈|爷|奶|老伴|老人|我|他|她|已经|快|要|怕是)(?:已经|都|也)?(?:快|要)?不行了|快不行|快要死了|要死了(?!要活)|快死了`,
    ),
  },
  {
    kinds: ['medical'],
    pattern: re(
      '喘不[上过]来?气|喘不上来|呼吸困难|呼吸不了|窒息|上不来气|[噎呛][着住]|卡(?:在|住)?(?:喉|嗓)|(?:脸|嘴唇|嘴)[^，。]{0,3}[紫青](?:了|的)?',
    ),
  },
  {
    kinds: ['medical'],
    immune: plain,
    pattern: re(
      '吐白沫|抽搐|抽过去|抽风|翻白眼|[吐咳便]血|大出血|出血不止|血(?:流)?(?:不|止不)住|血流不止|止不住血|(?:流|淌|出)(?:了|着)?[^，。]{0,3}(?:好多|很多|一地|满地|不少)[^，。]{0,2}血|(?:流|淌)(?:着|了)?[^，。]{0,3}血|(?:浑|全|满|一)(?:身|脸|头|地|手)(?:都)?是?血|头(?:都)?[^，。]{0,3}破了|见血',
    ),
  },
  {
    kinds: ['medical'],
    pattern: re(
      '心梗|脑梗|脑出血|脑溢血|中风|心绞痛|心脏病[^，。]{0,3}(?:犯|发作)|犯[^，。]{0,3}心脏病|嘴(?:都)?歪|半(?:边|拉)?身[^，。]{0,4}(?:不能动|动不了|麻)|说不出(?:来)?话|(?:胸|胸口|心口|肚子)[^，。]{0,3}(?:剧痛|绞痛|疼得|痛得|疼的|巨疼)|冒冷汗',
    ),
  },
  { kinds: ['medical'], pattern: re('羊水|要生了|快生了|临产|孩子[^，。]{0,2}(?:要|快)出来|头都出来') },
  { kinds: ['medical', 'fire'], pattern: re('触电|电着(?:人)?了?|[被让]电(?:了|着|到|击)') },
  {
    kinds: ['medical'],
    pattern: re(
      `(?:喝|吃|吞|服|误食|当糖)[^，。]{0,8}(?:农药|敌敌畏|百草枯|老鼠药|耗子药|鼠药|安眠药|洗洁精|洁厕|消毒液|药片|毒药|一整瓶|强酸|电池)|(?:老鼠药|农药|安眠药)[^，。]{0,4}(?:吃|喝)`,
    ),
  },
  {
    kinds: ['medical'],
    pattern: re('中毒|中煤烟|煤烟中|中了?煤气|被[^，。]{0,3}(?:毒蛇|蛇)[^，。]{0,2}咬|血[^，。]{0,2}止不住'),
  },
  {
    kinds: ['medical'],
    pattern: re(
      `(?:烫|烧)(?:伤|着|了)[^。]{0,6}(?:皮|掉|起泡|严重)|(?:手|脚|腿|胳膊|手指头?|脚趾)[^，。]{0,6}(?:切断|切掉|断了|绞|砸烂)|骨折|肉都掉|睁不开|肿得`,
    ),
  },
  {
    kinds: ['medical'],
    pattern: re(
      `从[^，。]{0,10}(?:楼|架|树|高|梯|顶|窗)[^，。]{0,4}(?:掉|摔|坠|跳|滚)|坠楼|坠落|摔[^，。]{0,10}(?:起不来|动不了|不动|不能动|昏|血|断)|(?:起不来|爬不起来)(?:了)|瘫[^，。]{0,3}地上|一动不动|躺[^，。]{0,6}(?:不动|没反应)`,
    ),
  },
  {
    kinds: ['medical'],
    incident: 'publicHealth',
    pattern: re(
      `上吐下泻|又[吐拉]又[吐拉]|(?:几十|十几|好几|十多|\\d\\d+|一桌|一班|全家|全班|全宿舍)[个名多口]?[^，。]{0,8}(?:吐|拉肚子|拉稀|高烧|晕|倒了|中毒|发烧)`,
    ),
  },
  {
    kinds: ['medical', 'fire'],
    pattern: re('(?:敲门|洗澡|屋里|房里|里面|里屋)[^。]{0,12}没(?:动静|反应|人应|声音|回应)'),
  },
  {
    kinds: ['medical'],
    pattern: re(
      `(?:快|赶紧|麻烦|帮)[^，。]{0,4}(?:叫|打|派)[^，。]{0,3}(?:救护车|120|急救)|(?:叫|派)[^，。]{0,2}救护车|${person}[^，。]{0,4}受(?:重)?伤`,
    ),
  },
]

const suicide: readonly Surroundings[] = ['hypothetical', 'past', 'aftermath']
const police: Trigger[] = [
  { kinds: ['police'], immune: plain, pattern: re('救命|救救|快救|快来人|救我|救人|报警|报个警|出人命') },
  {
    kinds: ['police', 'medical'],
    incident: 'socialSecurity',
    immune: plain,
    pattern: re(
      `杀(?:了)?人(?!犯)|捅(?:了|人|伤|我|他|她)|砍(?:人|我|他|她|死|伤|了)|行凶|追着[^，。]{0,4}(?:砍|打)`,
    ),
  },
  {
    kinds: ['police'],
    incident: 'socialSecurity',
    immune: plain,
    pattern: re(
      `持(?:刀|枪|械)|[拿拎提举操抡握](?:着|了|把)?[^，。]{0,3}(?:刀|枪|斧|铁棍|棍|镐|砖头|酒瓶|铁锹)|炸弹|爆炸物|雷管|歹徒|劫持|人质|恐怖`,
    ),
  },
  {
    kinds: ['police'],
    immune: ['hypothetical'],
    pattern: re(
      '(?:要|想|说)[^，。]{0,4}(?:杀|弄死|整死|砍死|打死|掐死|捅死)|弄死|掐(?:死|住|我)|勒(?:住|死|脖)|掐[^，。]{0,2}脖',
    ),
  },
  {
    kinds: ['police'],
    pattern: re(
      '抢劫|打劫|被抢|抢(?:了|走|我|钱|包)|绑架|绑票|在我手[上里]|打[^，。]{0,3}万[^，。]{0,4}放人',
    ),
  },
  { kinds: ['police'], pattern: re('强奸|轮奸|猥亵|非礼|性侵|耍流氓|扒[^，。]{0,2}衣服') },
  {
    kinds: ['police'],
    immune: plain,
    pattern: re(
      `(?:在|又|正|还|动手|拼命|往死里)[^，。]{0,4}(?:打|揍|削|踹|殴打|踢)(?:我|他|她|人|老婆|媳妇|孩子|老人|妈|爸)|打(?:得|的)[^，。]{0,6}(?:叫|哭|不轻|血)|打我|(?:有人|们|正在|在[^，。]{0,6})打架|打群架|打起来|干起来|打捶|(?:发生|有人|持械|正在)[^，。]{0,3}(?:斗殴|互殴)|群殴|砸人|打人(?!社)|(?:又|在|正在?|被|遭)家暴(?!告诫)|往[^，。]{0,6}车[上里][拽拉拖塞]|偷[^，。]{0,10}，[^，。]{0,4}(?:看见|正在)`,
    ),
  },
  {
    kinds: ['police'],
    pattern: re(
      '砸[^，。]{0,3}门|撬[^，。]{0,6}(?:门|锁)|踹[^，。]{0,3}门|进(?:来)?(?:了)?(?:个)?(?:贼|小偷)|有贼|小偷(?:正|在|还)|入室|翻墙进',
    ),
  },
  {
    kinds: ['police'],
    immune: ['hypothetical'],
    pattern: re('跟踪|尾随|一路跟着|跟着我|躲在[^，。]{0,6}(?:厕所|卫生间|衣柜|屋里|楼道)'),
  },
  {
    kinds: ['police'],
    pattern: re(
      '关在[^，。]{0,10}(?:不让|出不去|不放)|不让(?:我|他|她|我们)?(?:出门|走|出去|回家|离开)|不放(?:我|人)走|非法拘禁|传销',
    ),
  },
  {
    kinds: ['police'],
    pattern: re(
      `人贩子|(?:强行|硬)[^，。]{0,2}(?:带走|抱走|拉走)|抱走[^，。]{0,4}(?:孩子|娃|小孩)|(?:孩子|娃|女儿|儿子)[^，。]{0,4}被[^，。]{0,4}(?:抱走|带走|拐|抢走)|拐(?:走|卖)`,
    ),
  },
  {
    kinds: ['police'],
    immune: ['past', 'hypothetical', 'aftermath'],
    pattern: re(
      `(?:孩子|小孩|娃|女儿|儿子|闺女|孙子|孙女|老人|老太太|老头|爷爷|奶奶|姥姥|姥爷|我妈|我爸|母亲|父亲|病人|弟弟|妹妹|人)[^，。]{0,8}(?:丢了|走丢|走失(?!手环|预警)|跑丢|找不着|找不到|不见了|失踪|失联|联系不上)|走[丢失](?!手环|预警|案|者)`,
    ),
  },
  { kinds: ['police'], pattern: re('尸体|死人了|有人死了|死了人') },
  {
    kinds: ['police', 'medical'],
    immune: suicide,
    pattern: re(
      '跳(?:楼|桥|河|江)|往下跳|要跳(?!槽|广场|舞|过)|自杀|轻生|寻短见|想不开|不想活|活不下去|活着[^，。]{0,2}没[^，。]{0,2}意思|割腕|遗书|结束(?:自己|生命)|一了百了|再见了?[^，。]{0,3}世界|上吊|想死(?!你|我)|去死了|(?:站|坐)在[^，。]{0,8}(?:天台|楼顶|栏杆外|桥边)|我在(?:天台|楼顶)',
    ),
  },
]

const traffic: Trigger[] = [
  {
    kinds: ['traffic'],
    pattern: re('(?:出|发生|遇|有|刚|碰)[^，。]{0,6}(?:车祸|交通事故)|车祸了|^车祸(?:$|[，。])'),
  },
  {
    kinds: ['traffic'],
    pattern: re(
      `撞[^，。]{0,2}(?:人了|死|伤|飞|倒|着人|到人|一起|在一起|一块|上了|树|护栏|墙|电线杆)|撞(?:了|到|着)[^，。]{0,4}${person}|[被让给]?(?:车|货车|轿车|摩托|公交|大巴|卡车|电动车)[^，。]{0,8}(?:撞了|撞到|撞倒|撞飞|撞上|碾|轧|压了)|追尾|连(?:环|续)?撞|钻[^，。]{0,8}底下|怼[^，。]{0,2}一块|对撞|连环撞|${person}[^，。]{0,6}(?:被|让)[^，。]{0,4}(?:撞|碾|轧)|(?:卷|压|碾)[^，。]{0,4}(?:车轮|轱辘|车底)`,
    ),
  },
  {
    kinds: ['traffic'],
    incident: 'accident',
    pattern: re(
      '(?:车|大巴|客车|校车|公交|货车)[^，。]{0,6}(?:侧翻|翻了|翻沟|翻车|掉[^，。]{0,3}(?:沟|河|桥|坑|进去)|冲[^，。]{0,4}(?:河|人群|沟|护栏))|翻车了|侧翻',
    ),
  },
  { kinds: ['traffic'], pattern: re('肇事逃逸|撞[^，。]{0,6}(?:跑了|逃了|逃逸)') },
]

export const triggers: readonly Trigger[] = [...fire, ...rescue, ...medical, ...police, ...traffic]
