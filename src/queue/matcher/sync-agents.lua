-- Brings agents in line with their facts.
-- ARGV: generation, seq, agents as JSON
-- Each agent: id, here (false: signed out), and when here: epoch, prof, cv, ct, lv, lt, rv, rt, idle, extra, both
-- Returns per agent: wanted (he has room for a kind of contact of which some wait), ok, stale (newer facts or a newer
-- sign-in are known), unknown (profile not in the catalogue)
local generation, at = ARGV[1], tonumber(ARGV[2])
if not isCurrent(generation) then return redis.error_reply('REBUILD the generation has changed') end
local forgetAfterMs = 86400000

-- Facts read after a hold was confirmed already count it. A reservation counts until it is settled.
local function pruneHolds(agent)
  local key = P .. 'h:' .. agent
  local flat = redis.call('HGETALL', key)
  for i = 1, #flat, 2 do
    local contact, mark = flat[i], words(flat[i + 1])[2]
    if mark == 'r' then
      local c = redis.call('HMGET', P .. 'c:' .. contact, 'st', 'agent')
      if c[1] ~= 'r' or c[2] ~= agent then redis.call('HDEL', key, contact) end
    elseif tonumber(mark) < at then
      redis.call('HDEL', key, contact)
    end
  end
end

-- Whether it is worth while to look for a contact. Whatever begins to wait later looks for agents by itself.
local function isWanted(agent, prof)
  for _, place in ipairs(places) do
    if redis.call('ZSCORE', P .. 'idle:' .. place .. ':' .. prof, agent) then
      for _, class in ipairs(classesFor[place]) do
        if redis.call('EXISTS', P .. 'waitheads:' .. class) == 1 then return true end
      end
    end
  end
  return false
end

local answers = {}
for i, a in ipairs(cjson.decode(ARGV[3])) do
  local key = P .. 'a:' .. a.id
  local known = redis.call('HMGET', key, 'seq', 'epoch', 'prof')
  local epoch = tonumber(known[2] or 0)
  if known[1] and tonumber(known[1]) > at then
    answers[i] = 'stale'
  elseif not a.here then
    if known[3] then unplace(a.id, known[3]) end
    redis.call('DEL', key)
    -- The number and the epoch stay, so that facts read before the sign-out cannot bring him back.
    redis.call('HSET', key, 'in', '0', 'seq', whole(at), 'epoch', whole(epoch))
    redis.call('PEXPIRE', key, forgetAfterMs)
    redis.call('ZREM', P .. 'agents', a.id)
    answers[i] = 'ok'
  elseif a.epoch < epoch then
    answers[i] = 'stale'
  elseif redis.call('HEXISTS', P .. 'profs', a.prof) == 0 then
    answers[i] = 'unknown'
  else
    if known[3] and known[3] ~= a.prof then unplace(a.id, known[3]) end
    redis.call('PERSIST', key)
    redis.call('HSET', key, 'in', '1', 'seq', whole(at), 'epoch', whole(a.epoch), 'prof', a.prof, 'cv', a.cv, 'ct', a.ct,
      'lv', a.lv, 'lt', a.lt, 'rv', a.rv, 'rt', a.rt, 'idle', whole(a.idle), 'extra', a.extra, 'both', a.both)
    redis.call('ZADD', P .. 'agents', at, a.id)
    pruneHolds(a.id)
    settle(a.id)
    answers[i] = isWanted(a.id, a.prof) and 'wanted' or 'ok'
  end
end
return answers
