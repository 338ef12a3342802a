/** What citizens ask for, as varied as in life: orders that are all alike would be compared with each other for ever. */

const topics: readonly [facts: string, category: number][] = [
  ['小区门口的路灯坏了三天，晚上看不清路。', 2],
  ['楼上邻居深夜装修，噪音影响休息。', 2],
  ['供暖管道漏水，室内温度只有十四度。', 2],
  ['公交车站牌被撞倒，一直没有人修。', 2],
  ['人行道地砖破损，老人摔倒过两次。', 2],
  ['自来水发黄有异味，持续一个星期。', 2],
  ['商铺占道经营，行人只能走机动车道。', 2],
  ['垃圾桶几天没有清运，气味很大。', 2],
  ['下水井盖缺失，孩子差点掉下去。', 2],
  ['医保报销材料交了两个月没有结果。', 2],
  ['学校门口上下学时段拥堵，没有人疏导。', 2],
  ['树枝压到高压电线，刮风时冒火花。', 2],
  ['电梯经常停在半层，物业不维修。', 2],
  ['工地夜里施工，渣土车扬尘严重。', 2],
  ['退休手续办理时被要求重复提交证明。', 2],
  ['河道里有工厂排出的黑色污水。', 2],
]
const districts = ['铁西区', '铁东区', '立山区', '千山区', '海城市', '台安县', '岫岩县', '高新区']
const streets = [
  '示范',
  '建设',
  '胜利',
  '人民',
  '解放',
  '园林',
  '二一九',
  '对炉',
  '南华',
  '湖南',
  '长甸',
  '双山',
]

/** @param random between 0 and 1 */
export function matterOf(random: () => number): { facts: string; category: number; place: string } {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
  const [facts, category] = pick(topics)
  return {
    facts,
    category,
    place: `${pick(districts)}${pick(streets)}路${1 + Math.floor(random() * 400)}号`,
  }
}
