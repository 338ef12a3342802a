-- Reserves an agent for a contact.
-- ARGV: from (contact | agent | any), id, reservationMs, excludeMs, aloneMs
-- Returns { contact, agent, epoch, ring }, or nothing.
--
-- The pair is stable: of all agents who may take the contact now this one comes first, and of all waiting contacts
-- that this agent may take it is the first. So a late-coming job can never serve its contact before an earlier one,
-- whatever order the jobs run in. The cost grows with the number of signatures and profiles in use, not with contacts
-- or agents: only first members are looked at, and a few more where an agent has refused.
if not redis.call('GET', P .. 'generation') then return {} end
local from, id = ARGV[1], ARGV[2]
local reservationMs, excludeMs, aloneMs = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local now = time()
local look = 32

-- Walks a head set from the smallest score in small steps, because the walk usually ends early.
local function eachHead(key, visit)
  local from = 0
  while true do
    local heads = redis.call('ZRANGE', key, from, from + 15, 'WITHSCORES')
    for i = 1, #heads, 2 do
      if visit(heads[i], tonumber(heads[i + 1])) == false then return end
    end
    if #heads < 32 then return end
    from = from + 16
  end
end

local function meets(sig, prof) return redis.call('SISMEMBER', P .. 'elig:' .. sig, prof) == 1 end

local groupOf = { voice = 'voice', text = 'text', urgent = 'text' }

-- Nobody else on shift who could take it, free or busy.
local function isAlone(contact, sig, group)
  local others = 0
  for _, prof in ipairs(redis.call('SMEMBERS', P .. 'elig:' .. sig)) do
    others = others + redis.call('SCARD', P .. 'on:' .. group .. ':' .. prof)
  end
  for _, agent in ipairs(redis.call('ZRANGEBYSCORE', P .. 'x:' .. contact, '(' .. whole(now - excludeMs), '+inf')) do
    local prof = redis.call('HGET', P .. 'a:' .. agent, 'prof')
    if prof and meets(sig, prof) and redis.call('SISMEMBER', P .. 'on:' .. group .. ':' .. prof, agent) == 1 then
      others = others - 1
    end
  end
  return others <= 0
end

local function mayAsk(contact, sig, group, agent)
  local since = redis.call('ZSCORE', P .. 'x:' .. contact, agent)
  if not since then return true end
  local age = now - tonumber(since)
  if age >= excludeMs then return true end
  return age >= aloneMs and isAlone(contact, sig, group)
end

local function bestAgent(c)
  -- Without a refusal the first of each profile will do.
  local last = redis.call('EXISTS', P .. 'x:' .. c.id) == 1 and look - 1 or 0
  for n, place in ipairs(placesFor[c.class]) do
    if n == 1 and c.sticky ~= '' then
      local prof = redis.call('HGET', P .. 'a:' .. c.sticky, 'prof')
      if prof and redis.call('ZSCORE', P .. 'idle:' .. place .. ':' .. prof, c.sticky) and meets(c.sig, prof)
        and mayAsk(c.id, c.sig, c.group, c.sticky) then
        return c.sticky
      end
    end
    local best, bestScore
    eachHead(P .. 'idleheads:' .. place, function(prof, headScore)
      if bestScore and headScore >= bestScore then return false end
      if not meets(c.sig, prof) then return end
      local some = redis.call('ZRANGE', P .. 'idle:' .. place .. ':' .. prof, 0, last, 'WITHSCORES')
      for i = 1, #some, 2 do
        local score = tonumber(some[i + 1])
        if bestScore and score >= bestScore then return end
        if last == 0 or mayAsk(c.id, c.sig, c.group, some[i]) then
          best, bestScore = some[i], score
          return
        end
      end
    end)
    if best then return best end
  end
end

local function bestContact(agent)
  local prof = redis.call('HGET', P .. 'a:' .. agent, 'prof')
  if not prof then return nil end
  local best, bestScore
  local function first(set, sig, class, fromRank, toRank)
    local some = redis.call('ZRANGE', set, fromRank, toRank, 'WITHSCORES')
    for i = 1, #some, 2 do
      local score = tonumber(some[i + 1])
      if bestScore and score >= bestScore then return true end
      if mayAsk(some[i], sig, groupOf[class], agent) then
        best, bestScore = some[i], score
        return true
      end
    end
    return false
  end
  for _, place in ipairs(places) do
    if redis.call('ZSCORE', P .. 'idle:' .. place .. ':' .. prof, agent) then
      for _, class in ipairs(classesFor[place]) do
        eachHead(P .. 'waitheads:' .. class, function(sig, headScore)
          if bestScore and headScore >= bestScore then return false end
          if not meets(sig, prof) then return end
          local set = P .. 'wait:' .. class .. ':' .. sig
          if not first(set, sig, class, 0, 0) then first(set, sig, class, 1, look - 1) end
        end)
      end
    end
  end
  return best and readContact(best)
end

-- The first waiting contact, over all signatures, that anybody can take now.
local function anyContact()
  local heads = {}
  for class in pairs(placesFor) do
    eachHead(P .. 'waitheads:' .. class, function(sig, score)
      heads[#heads + 1] = { class = class, sig = sig, score = score }
    end)
  end
  table.sort(heads, function(a, b) return a.score < b.score end)
  local best, bestScore, itsAgent
  for _, head in ipairs(heads) do
    if bestScore and head.score >= bestScore then break end
    local some = redis.call('ZRANGE', P .. 'wait:' .. head.class .. ':' .. head.sig, 0, look - 1, 'WITHSCORES')
    for i = 1, #some, 2 do
      local contact, score = some[i], tonumber(some[i + 1])
      if bestScore and score >= bestScore then break end
      local c = readContact(contact)
      local agent = bestAgent(c)
      if agent then
        best, bestScore, itsAgent = c, score, agent
        break
      end
      -- Nobody has refused this one and still nobody can take it: the same holds for all behind it.
      if redis.call('EXISTS', P .. 'x:' .. contact) == 0 then break end
    end
  end
  return best, itsAgent
end

local c, agent
if from == 'contact' then
  c = readContact(id)
  if not c or c.st ~= 'w' then return {} end
  agent = bestAgent(c)
elseif from == 'agent' then
  agent = id
  c = bestContact(agent)
  if c then agent = bestAgent(c) or agent end
else
  c, agent = anyContact()
end
if not c or not agent then return {} end

-- Every round finds a contact with a smaller score, so this ends; the bound is only a fuse.
for _ = 1, 64 do
  local earlier = bestContact(agent)
  if not earlier or earlier.id == c.id then break end
  c = earlier
  local other = bestAgent(c)
  if not other or other == agent then break end
  agent = other
end

leaveQueue(c)
redis.call('HSET', P .. 'c:' .. c.id, 'st', 'r', 'agent', agent, 'facts',
  redis.call('HGET', P .. 'a:' .. agent, 'seq') or '')
redis.call('ZADD', P .. 'reserved', now + reservationMs, c.id)
hold(agent, c.id, c.group, 'r')
settle(agent)
return { c.id, agent, redis.call('HGET', P .. 'a:' .. agent, 'epoch'), whole(c.ring) }
