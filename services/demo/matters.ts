import type { Kind } from '../../src/statutes/statute.ts'
import { between, oneOf } from './chance.ts'

/** What an invented citizen wants. */
export interface Matter {
  /** his first message */
  opening: string
  /** what he answers when he is asked for more */
  more: string
  title: string
  /** what it is; further ones for statutes that do not know the first */
  kinds: readonly [Kind, ...Kind[]]
  /** answered at once from the knowledge base, so that no order is needed */
  answer?: string
  /** title of the item of the knowledge base that it rests on */
  item?: string
  address: string
  /** code of the unit it belongs to */
  unit: string
  /** one of the urgent situations that some statutes list (丹东 第十七条) */
  urgentNumber?: number
}

/** Invented matters at invented addresses. */
const matters: Omit<Matter, 'address'>[] = [
  {
    opening: '你好，我家暖气从昨天开始不热，室内只有十四度，家里有老人。',
    more: '整栋楼都不太热，我们单元六楼最明显，阀门已经自己看过了。',
    title: '供暖温度不达标',
    unit: 'heating-office',
    kinds: ['help'],
  },
  {
    opening: '小区门口的路灯坏了三盏，晚上很黑，老人摔过一次。',
    more: '就在小区东门到公交站之间，坏了快一个星期了。',
    title: '路灯不亮',
    unit: 'city-management',
    kinds: ['help'],
  },
  {
    opening: '楼下工地半夜两点还在施工，已经连续三天了，孩子没法睡觉。',
    more: '是路口那个在建的楼，主要是混凝土车和振捣的声音。',
    title: '夜间施工噪声',
    unit: 'city-management',
    kinds: ['complaint'],
  },
  {
    opening: '请问办理居住证需要带什么材料，周末能办吗？',
    more: '我是外地户口，租房住了半年多。',
    title: '居住证办理咨询',
    unit: 'public-security',
    kinds: ['consultation'],
    item: '居住证办理材料',
    answer: '请携带身份证和居住地址证明，到居住地派出所或政务服务中心办理；周六上午可办。',
  },
  {
    opening: '我在健身房办的年卡，店关门了，一千八百块钱要不回来。',
    more: '合同和转账记录都有，老板电话也打不通了。',
    title: '预付卡退费纠纷',
    unit: 'market',
    kinds: ['complaint'],
  },
  {
    opening: '公交十二路早上二十多分钟才来一趟，能不能加车？',
    more: '早上七点到八点最挤，我们这站经常挤不上去。',
    title: '公交班次建议',
    unit: 'transport',
    kinds: ['suggestion'],
  },
  {
    opening: '自来水有股怪味，颜色发黄，能喝吗？',
    more: '今天早上开始的，放了十分钟还是黄。',
    title: '自来水水质异常',
    unit: 'water',
    kinds: ['help'],
  },
  {
    opening: '我想问一下医保异地就医怎么备案。',
    more: '我父亲在外地住院，是职工医保。',
    title: '异地就医备案咨询',
    unit: 'medical-insurance',
    kinds: ['consultation'],
    item: '异地就医备案',
    answer: '可在国家医保服务平台或本地医保窗口备案，备案后在联网医院直接结算。',
  },
  {
    opening: '有人在河边偷倒建筑垃圾，已经堆了好几车。',
    more: '一般是晚上十一点以后，一辆蓝色的货车。',
    title: '偷倒建筑垃圾',
    unit: 'city-management',
    kinds: ['tipOff', 'complaint', 'help'],
  },
  {
    opening: '电梯坏了五天了，物业一直说等配件，我住十八楼。',
    more: '二单元只有这一部电梯，楼里还有坐轮椅的邻居。',
    title: '电梯停运',
    unit: 'market',
    kinds: ['help'],
    urgentNumber: 3,
  },
]

const streets = ['和风路', '云杉街', '新桥路', '长青街', '明湖路', '松岭街']

/** A matter for one citizen. */
export const someMatter = (): Matter => ({
  ...oneOf(matters),
  address: `${oneOf(streets)}${between(1, 120)}号${between(1, 20)}栋`,
})

/** A number that belongs to nobody: 1380000xxxx is set apart for examples here. */
export const someNumber = (): string => `1380000${String(between(0, 9999)).padStart(4, '0')}`

export const thanks = ['好的，谢谢。', '谢谢您，麻烦了。', '知道了，谢谢。']

/** @param platform as the city's statute calls it */
export const greetings = (platform: string): string[] => [
  `您好，${platform}为您服务，请讲。`,
  '您好，请问有什么可以帮您？',
]

export const questions = ['请问具体是什么位置？', '请您说一下详细情况。', '这种情况持续多久了？']

export const closings = ['已为您登记，我们会尽快转相关单位办理，办理结果会回复您。', '已记录，请您留意回复。']
