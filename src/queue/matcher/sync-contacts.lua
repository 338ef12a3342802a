-- Brings contacts in line with their rows in PostgreSQL.
-- ARGV: generation, seq, contacts as JSON, tombstoneMs, excludeMs
-- Each contact: id, ver, changed, place (waiting | held | gone), class, group, ch, score, queued, sigs, steps, sticky,
-- agent, load (what it is counted as with its agent), refused = { { agent, sinceMs } … }, pardon = { agent … }
-- Returns per contact { outcome, the agent who had it before or '', whether any agent has room for its class: 1 or 0 }:
--   new       waits now, and did not before          moved   waits, but its place or demand changed
--   same      nothing changed that matters here       held    is elsewhere, with somebody or as something else
--   gone      ended                                  over    it had ended before: nothing revives it
--   stale     PostgreSQL said something newer        unknown a signature is not in the catalogue
local generation, at, tombstoneMs, excludeMs = ARGV[1], tonumber(ARGV[2]), ARGV[4], ARGV[5]
if not isCurrent(generation) then return redis.error_reply('REBUILD the generation has changed') end
local now = time()

local function write(c)
  redis.call('PERSIST', P .. 'c:' .. c.id)
  redis.call('HSET', P .. 'c:' .. c.id, 'st', c.st, 'class', c.class, 'group', c.group, 'ch', c.ch, 'score', c.score,
    'queued', c.queued, 'sigs', c.sigs, 'steps', c.steps, 'ring', c.ring, 'sticky', c.sticky, 'agent', c.agent,
    'load', c.load, 'ver', c.ver, 'changed', c.changed)
end

-- The contact as the row says it is.
local function wanted(row)
  return {
    id = row.id, ver = whole(row.ver), changed = whole(row.changed), class = row.class, group = row.group, ch = row.ch,
    score = whole(row.score), queued = whole(row.queued), sigs = row.sigs, steps = row.steps, sticky = row.sticky,
    agent = row.agent, load = row.load, list = words(row.sigs), ring = 0,
  }
end

-- Ends whatever this memory does with the contact; the caller says what comes next.
local function detach(id, old)
  if not old then return end
  if old.st == 'w' then leaveQueue(old) end
  if old.st == 'r' then redis.call('ZREM', P .. 'reserved', id) end
  dropHold(old.agent, id)
end

local function bury(id, old)
  detach(id, old)
  redis.call('DEL', P .. 'c:' .. id, P .. 'x:' .. id)
  redis.call('HSET', P .. 'c:' .. id, 'st', 'x', 'gen', generation)
  redis.call('PEXPIRE', P .. 'c:' .. id, tombstoneMs)
  redis.call('ZREM', P .. 'live', id)
end

local function keepElsewhere(row, old)
  local c = wanted(row)
  c.st = 'o'
  if old and old.st == 'o' and old.agent == c.agent then
    c.ring = old.ring
    if old.ver ~= c.ver or old.changed ~= c.changed or old.load ~= c.load then write(c) end
    -- It may be counted otherwise though he keeps the contact: its call ended, its wrap-up began or expired.
    return old.load == c.load and 'same' or 'held'
  end
  detach(row.id, old)
  c.ring = old and old.ring or 0
  if not c.list[c.ring + 1] then c.ring = 0 end
  write(c)
  if c.agent ~= '' then
    -- Facts that are read from now on count the contact; those on their way may not.
    hold(c.agent, c.id, c.group, whole(nextSeq()))
    settle(c.agent)
  end
  return 'held'
end

local function letWait(row, old)
  local c = wanted(row)
  for _, sig in ipairs(c.list) do
    if redis.call('HEXISTS', P .. 'sigs', sig) == 0 then return 'unknown' end
  end
  c.st = 'w'
  c.agent = ''
  -- While the row has not changed since the reservation, an offer may still be on its way to it.
  if old and old.st == 'r' and old.ver == c.ver then
    local lapses = redis.call('ZSCORE', P .. 'reserved', c.id)
    if lapses and tonumber(lapses) > now then return 'same' end
  end
  if old and old.st == 'o' and old.agent ~= '' then
    local pardoned = false
    for _, agent in ipairs(row.pardon) do pardoned = pardoned or agent == old.agent end
    -- Back from an agent (transfer, failed dial, refusal): somebody else first.
    if not pardoned then exclude(c.id, old.agent, now, excludeMs) end
  end
  for _, refusal in ipairs(row.refused) do exclude(c.id, refusal[1], refusal[2], excludeMs) end
  c.ring = ringNow(c, now)
  if old and old.st == 'w' and old.class == c.class and old.sigs == c.sigs and old.score == c.score
    and old.sticky == c.sticky and old.queued == c.queued and old.steps == c.steps then
    if old.ver ~= c.ver or old.changed ~= c.changed then
      c.ring = old.ring
      write(c)
    end
    return 'same'
  end
  detach(c.id, old)
  c.sig = c.list[c.ring + 1]
  write(c)
  enterQueue(c)
  if old and old.st == 'w' then return 'moved' end
  return 'new'
end

-- Whether it is worth while to look for an agent. Whoever gets room later looks for contacts by himself.
local function hasRoom(class)
  for _, place in ipairs(placesFor[class]) do
    if redis.call('EXISTS', P .. 'idleheads:' .. place) == 1 then return 1 end
  end
  return 0
end

-- Two readings of one row may arrive in any order: the row's own version says which is the newer. A message that
-- joins a contact changes the row without a new version, so the instant of the change decides between equals.
local function isNewer(old, row)
  local ver, changed = tonumber(old.ver), tonumber(old.changed)
  return ver > row.ver or (ver == row.ver and changed > row.changed)
end

local answers = {}
for i, row in ipairs(cjson.decode(ARGV[3])) do
  local old = readContact(row.id)
  -- Ends of an earlier build say nothing: what is late from there is refused by its generation.
  if old and old.st == 'x' and old.gen ~= generation then old = nil end
  local before = old and old.agent or ''
  local outcome
  if old and old.st == 'x' then
    outcome = 'over'
  elseif old and isNewer(old, row) then
    outcome = 'stale'
  elseif row.place == 'gone' then
    bury(row.id, old)
    outcome = 'gone'
  elseif row.place == 'held' then
    outcome = keepElsewhere(row, old)
  else
    outcome = letWait(row, old)
  end
  if outcome ~= 'gone' and outcome ~= 'over' and outcome ~= 'unknown' then
    redis.call('ZADD', P .. 'live', at, row.id)
  end
  answers[i] = { outcome, before, hasRoom(row.class) }
end
return answers
