-- Answers questions; changes nothing.
-- ARGV: question, then
--   position contact             -> place, 1 = next, or 0 when it does not wait
--   depth channel …              -> per channel { waiting, ms since the oldest was queued }
--   lapsed limit                 -> reservations whose time is over: { contact, agent } …
--   strangers set, seq, limit    -> members of live or agents that PostgreSQL has not confirmed since
local question = ARGV[1]
if question == 'position' then
  local c = redis.call('HMGET', P .. 'c:' .. ARGV[2], 'st', 'group')
  if c[1] == 'r' then return 1 end
  if c[1] ~= 'w' then return 0 end
  return redis.call('ZRANK', P .. 'order:' .. c[2], ARGV[2]) + 1
elseif question == 'depth' then
  local now, answer = time(), {}
  for i = 2, #ARGV do
    local set = P .. 'age:' .. ARGV[i]
    local oldest = redis.call('ZRANGE', set, 0, 0, 'WITHSCORES')[2]
    answer[#answer + 1] = { redis.call('ZCARD', set), oldest and math.max(0, now - tonumber(oldest)) or 0 }
  end
  return answer
elseif question == 'lapsed' then
  local answer = {}
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'reserved', '-inf', time(), 'LIMIT', 0, tonumber(ARGV[2]))) do
    answer[#answer + 1] = { id, redis.call('HGET', P .. 'c:' .. id, 'agent') or '' }
  end
  return answer
end
return redis.call('ZRANGEBYSCORE', P .. ARGV[2], '-inf', '(' .. ARGV[3], 'LIMIT', 0, tonumber(ARGV[4]))
