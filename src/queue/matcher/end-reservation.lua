-- Ends a reservation.
-- ARGV: how (confirm | release), contact, agent, then
--   confirm: the version of the row with the offer
--   release: exclude (1 | 0), excludeMs
--   confirm   PostgreSQL has the offer: true unless a newer row is already known
--   release   no offer was written: the contact takes its place again, with `exclude` not before this agent
-- Returns 1 when it had an effect; 2 when besides the agent's facts were read since the reservation: they may count the
-- offer as its hold does, and have to be read anew.
local how, id, agent = ARGV[1], ARGV[2], ARGV[3]
local c = readContact(id)
if not c or c.st == 'x' then
  dropHold(agent, id)
  return 0
end

if how == 'confirm' then
  if tonumber(c.ver) > tonumber(ARGV[4]) then
    if c.agent ~= agent then dropHold(agent, id) end
    return 0
  end
  -- The row was told already, with a hold that newer facts may have replaced.
  if c.st == 'o' and c.agent == agent and tonumber(c.ver) == tonumber(ARGV[4]) then return 0 end
  local facts = c.st == 'r' and c.agent == agent and c.facts
  if c.st == 'w' then leaveQueue(c) end
  if c.agent ~= agent then dropHold(c.agent, id) end
  redis.call('ZREM', P .. 'reserved', id)
  redis.call('HSET', P .. 'c:' .. id, 'st', 'o', 'agent', agent, 'load', 'slot', 'ver', ARGV[4],
    'changed', '0')
  -- Facts that are read from now on count the contact; those on their way may not.
  hold(agent, id, c.group, whole(nextSeq()))
  settle(agent)
  return redis.call('HGET', P .. 'a:' .. agent, 'seq') == facts and 1 or 2
end

if c.st ~= 'r' or c.agent ~= agent then return 0 end
redis.call('ZREM', P .. 'reserved', id)
redis.call('HSET', P .. 'c:' .. id, 'st', 'w', 'agent', '')
if ARGV[4] == '1' then exclude(id, agent, time(), ARGV[5]) end
enterQueue(c)
dropHold(agent, id)
return 1
