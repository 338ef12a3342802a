/**
 * PURE. The urgent situations of 丹东 第十七条 that a text can name: an order and a telephone hand-over at once. The
 * ninth (others that the platform decides on) is never recognised from text.
 */
export type UrgentCode = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

const gap = (n: number): string => `[^，。]{0,${n}}`

const situations: readonly [UrgentCode, RegExp][] = [
  [1, new RegExp(`返水|反水|倒灌|下水${gap(4)}(?:往上|冒)${gap(4)}水`)],
  [2, new RegExp(`(?:暖气|供暖|供热|地热|暖气片|暖气管)${gap(6)}(?:漏水|爆|漏了|喷水|跑水)`)],
  [3, new RegExp(`电梯${gap(14)}(?:困|坏|故障|停运|停用|不动|卡在|坠)|困在${gap(2)}电梯`)],
  [
    4,
    new RegExp(
      `(?:大面积|整个?(?:小区|楼|栋|村|片)|全(?:小区|村|楼)|好几栋|一片)${gap(6)}(?:停电|没电|断电)`,
    ),
  ],
  [5, new RegExp(`井盖${gap(6)}(?:破|坏|碎|没了|没有了|丢|缺|翘|塌|裂)`)],
  [
    6,
    new RegExp(
      `(?:墙皮|外墙|瓷砖|保温层|大树|树枝?|电线杆|线杆|电缆|电线|广告牌)${gap(6)}(?:掉|脱落|倒|歪|折|坠|松动)`,
    ),
  ],
  [7, new RegExp(`(?:路|路面|马路|地面)${gap(4)}(?:塌|陷|坍)`)],
  [
    8,
    new RegExp(
      `火灾隐患|消防通道${gap(8)}(?:占|堵|锁)|飞线${gap(2)}充电|楼道${gap(8)}(?:充电|堆|纸壳|杂物)|线路老化|易燃${gap(6)}堆`,
    ),
  ],
]

export const urgentCodeOf = (text: string): UrgentCode | undefined =>
  situations.find(([, pattern]) => pattern.test(text))?.[0]
