-- Shared by every script of the matcher. One script runs at a time in Redis, so each of them is atomic.
--
-- What is kept (every name under the prefix KEYS[1], which carries the region's hash tag):
--   generation            which build of this memory is valid; absent: PostgreSQL must be read anew first
--   building              a build under way: it may be filled, but nobody is matched from it
--   seq                   the last number handed out, see `nextSeq`
--   c:<contact>           hash; st = w waiting, r reserved, o elsewhere (with an agent or not yet routed), x ended
--                         (in the build `gen`; of other builds it says nothing); `facts` = the seq of the agent's
--                         facts when he was reserved
--   x:<contact>           agents who refused it: score = when, in ms
--   live                  contacts that are known: score = the seq at which PostgreSQL last confirmed them
--   wait:<class>:<sig>    waiting contacts by virtual arrival time; class = voice, text, urgent (an emergency by text)
--   waitheads:<class>     the signatures that have anybody waiting: score = that of the first one
--   order:<group>         all waiting contacts of voice or text, for the place in the queue
--   age:<channel>         all waiting contacts of a channel by the instant they were queued
--   relax                 waiting contacts whose ring can widen: score = when
--   reserved              reservations: score = when they lapse
--   a:<agent>             hash of routing facts; `in` = 1 while signed in
--   h:<agent>             contacts given to him that his facts may not count yet, see `holds`
--   agents                agents that are known: score as in `live`
--   idle:<place>:<prof>   agents with room; place = voice, text, surge (only an emergency may come on top)
--   idleheads:<place>     the profiles that have anybody with room: score = that of the first one
--   on:<group>:<prof>     agents who serve now, free or busy: says whether somebody is the only one
--   sigs, profs           hashes, id -> demand or attributes; elig:<sig> = the profiles that meet it
--   catalogue             version of these three
--
-- Invariants after every script:
--   1. A contact is in exactly one wait set when st = w, and in none otherwise.
--   2. Every head set names exactly the non-empty sets of its kind, with the score of their first member.
--   3. An agent is in a place only while his facts and his holds leave room there.
--   4. What PostgreSQL said later is never overwritten by what it said earlier: the version of its row orders the
--      readings of a contact, the seq taken before the reading those of an agent.

local P = KEYS[1]

-- The time, ms: PostgreSQL's, as the gateway that asks knows it. It comes before the arguments that each script names.
local given = tonumber(table.remove(ARGV, 1))
local function time() return given end

-- Whole numbers beyond 14 digits lose their tail when Lua turns them into text by itself.
local function whole(n) return string.format('%.0f', n) end

-- A logical clock. It is seeded from the wall clock, so it does not begin again after FLUSHALL.
local function nextSeq()
  local t = redis.call('TIME')
  local n = tonumber(t[1]) * 1000000 + tonumber(t[2])
  local last = tonumber(redis.call('GET', P .. 'seq') or 0)
  if n <= last then n = last + 1 end
  redis.call('SET', P .. 'seq', whole(n))
  return n
end

local function isCurrent(generation)
  return generation == redis.call('GET', P .. 'generation') or generation == redis.call('GET', P .. 'building')
end

local function hash(key)
  local flat = redis.call('HGETALL', key)
  if #flat == 0 then return nil end
  local h = {}
  for i = 1, #flat, 2 do h[flat[i]] = flat[i + 1] end
  return h
end

local function words(text)
  local list = {}
  for word in string.gmatch(text or '', '%S+') do list[#list + 1] = word end
  return list
end

-- Keeps invariant 2 for one set.
local function setHead(heads, set, member)
  local first = redis.call('ZRANGE', set, 0, 0, 'WITHSCORES')
  if first[1] then redis.call('ZADD', heads, first[2], member) else redis.call('ZREM', heads, member) end
end

---------------------------------------------------------------- contacts

local function readContact(id)
  local c = hash(P .. 'c:' .. id)
  if not c then return nil end
  c.id = id
  if c.st == 'x' then return c end
  c.ring = tonumber(c.ring)
  c.list = words(c.sigs)
  c.sig = c.list[c.ring + 1]
  return c
end

local function enterQueue(c)
  local set = P .. 'wait:' .. c.class .. ':' .. c.sig
  redis.call('ZADD', set, c.score, c.id)
  setHead(P .. 'waitheads:' .. c.class, set, c.sig)
  redis.call('ZADD', P .. 'order:' .. c.group, c.score, c.id)
  redis.call('ZADD', P .. 'age:' .. c.ch, c.queued, c.id)
  local step = words(c.steps)[c.ring + 2]
  if step then redis.call('ZADD', P .. 'relax', tonumber(c.queued) + tonumber(step), c.id) end
end

local function leaveQueue(c)
  local set = P .. 'wait:' .. c.class .. ':' .. c.sig
  redis.call('ZREM', set, c.id)
  setHead(P .. 'waitheads:' .. c.class, set, c.sig)
  redis.call('ZREM', P .. 'order:' .. c.group, c.id)
  redis.call('ZREM', P .. 'age:' .. c.ch, c.id)
  redis.call('ZREM', P .. 'relax', c.id)
end

-- The ring that counts after the contact's wait.
local function ringNow(c, now)
  local ring = 0
  for i, step in ipairs(words(c.steps)) do
    if now - tonumber(c.queued) >= tonumber(step) then ring = i - 1 end
  end
  return ring
end

local function exclude(contact, agent, since, forMs)
  local key = P .. 'x:' .. contact
  redis.call('ZADD', key, 'GT', since, agent)
  redis.call('PEXPIRE', key, forMs)
end

---------------------------------------------------------------- agents

local places = { 'voice', 'text', 'surge' }
local placesFor = { voice = { 'voice' }, text = { 'text' }, urgent = { 'text', 'surge' } }
local classesFor = { voice = { 'voice' }, text = { 'text', 'urgent' }, surge = { 'urgent' } }

-- Holds: contact -> '<group> r' while reserved, '<group> <seq>' once PostgreSQL has it with the agent. The facts count
-- what PostgreSQL had when they were read; a hold adds what it cannot have had yet, and goes when newer facts come.
local function hold(agent, contact, group, mark)
  redis.call('HSET', P .. 'h:' .. agent, contact, group .. ' ' .. mark)
end

local function heldNow(agent)
  local voice, text = 0, 0
  for _, value in ipairs(redis.call('HVALS', P .. 'h:' .. agent)) do
    if string.sub(value, 1, 5) == 'voice' then voice = voice + 1 else text = text + 1 end
  end
  return voice, text
end

local function member(set, wanted, agent)
  redis.call(wanted and 'SADD' or 'SREM', set, agent)
end

-- Keeps invariant 3 for one agent; called after everything that touches his facts or holds.
local function settle(agent)
  local a = hash(P .. 'a:' .. agent)
  if not a or not a.prof then return end
  local room, level, busy = {}, 0, false
  if a['in'] == '1' then
    local heldVoice, heldText = heldNow(agent)
    local voice, text = tonumber(a.lv) + heldVoice, tonumber(a.lt) + heldText
    local slots = tonumber(a.ct)
    level = voice + text
    busy = level > 0
    room.voice = a.rv == '1' and tonumber(a.cv) > 0 and voice == 0
    local mayWrite = a.rt == '1' and slots > 0 and (voice == 0 or a.both == '1')
    room.text = mayWrite and text < slots
    room.surge = mayWrite and text >= slots and text < slots + tonumber(a.extra)
  end
  -- Lowest occupied level first, then longest idle: one number holds both.
  local score = level * 1e13 + tonumber(a.idle)
  for _, place in ipairs(places) do
    local set = P .. 'idle:' .. place .. ':' .. a.prof
    if room[place] then redis.call('ZADD', set, score, agent) else redis.call('ZREM', set, agent) end
    setHead(P .. 'idleheads:' .. place, set, a.prof)
  end
  member(P .. 'on:voice:' .. a.prof, a['in'] == '1' and tonumber(a.cv) > 0 and (a.rv == '1' or busy), agent)
  member(P .. 'on:text:' .. a.prof, a['in'] == '1' and tonumber(a.ct) > 0 and (a.rt == '1' or busy), agent)
end

-- Takes an agent out of all sets of a profile he no longer has.
local function unplace(agent, prof)
  for _, place in ipairs(places) do
    local set = P .. 'idle:' .. place .. ':' .. prof
    redis.call('ZREM', set, agent)
    setHead(P .. 'idleheads:' .. place, set, prof)
  end
  redis.call('SREM', P .. 'on:voice:' .. prof, agent)
  redis.call('SREM', P .. 'on:text:' .. prof, agent)
end

local function dropHold(agent, contact)
  if agent and agent ~= '' and redis.call('HDEL', P .. 'h:' .. agent, contact) == 1 then settle(agent) end
end
