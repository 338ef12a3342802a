-- Builds this memory anew. The steps, each with the id of the build that must still be the one under way:
--   start    from now on nobody matches and nobody writes; an earlier build under way is over
--   clear    forgets up to `limit` contacts and agents, and at last the sets; repeat until it returns 1
--   fill     what is read from PostgreSQL from now on may be written
--   finish   it is valid
-- ARGV: step, build, limit
local step, build, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
if step == 'start' then
  redis.call('DEL', P .. 'generation', P .. 'building')
  redis.call('SET', P .. 'builder', build)
  return 1
end
if redis.call('GET', P .. 'builder') ~= build then return redis.error_reply('REBUILD another build began') end

if step == 'clear' then
  local contacts = redis.call('ZPOPMIN', P .. 'live', limit)
  for i = 1, #contacts, 2 do redis.call('DEL', P .. 'c:' .. contacts[i], P .. 'x:' .. contacts[i]) end
  local agents = redis.call('ZPOPMIN', P .. 'agents', limit)
  for i = 1, #agents, 2 do redis.call('DEL', P .. 'a:' .. agents[i], P .. 'h:' .. agents[i]) end
  if #contacts + #agents > 0 then return 0 end
  for _, sig in ipairs(redis.call('HKEYS', P .. 'sigs')) do
    redis.call('DEL', P .. 'elig:' .. sig)
    for class in pairs(placesFor) do redis.call('UNLINK', P .. 'wait:' .. class .. ':' .. sig) end
  end
  for _, prof in ipairs(redis.call('HKEYS', P .. 'profs')) do
    redis.call('DEL', P .. 'on:voice:' .. prof, P .. 'on:text:' .. prof)
    for _, place in ipairs(places) do redis.call('UNLINK', P .. 'idle:' .. place .. ':' .. prof) end
  end
  for class in pairs(placesFor) do redis.call('DEL', P .. 'waitheads:' .. class) end
  for _, place in ipairs(places) do redis.call('DEL', P .. 'idleheads:' .. place) end
  redis.call('UNLINK', P .. 'sigs', P .. 'profs', P .. 'catalogue', P .. 'reserved', P .. 'relax', P .. 'order:voice',
    P .. 'order:text', P .. 'age:voice', P .. 'age:sms', P .. 'age:wechat', P .. 'age:web')
  return 1
elseif step == 'fill' then
  redis.call('SET', P .. 'building', build)
else
  if redis.call('GET', P .. 'building') ~= build then return redis.error_reply('REBUILD the build was lost') end
  redis.call('SET', P .. 'generation', build)
  redis.call('DEL', P .. 'building', P .. 'builder')
end
return 1
