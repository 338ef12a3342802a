-- Ends a reservation.
-- ARGV: how (confirm | release), contact, agent, then
--   confirm: the version of the row with the offer
--   release: exclude (1 | 0), excludeMs
--   confirm   PostgreSQL has the offer: true unless a newer row is already known
--   release   no offer was written: the contact takes its place again, with `exclude` not before this agent
-- Returns 1 when it had an effect.
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
  if c.st == 'w' then leaveQueue(c) end
  if c.agent ~= agent then dropHold(c.agent, id) end
  redis.call('ZREM', P .. 'reserved', id)
  redis.call('HSET', P .. 'c:' .. id, 'st', 'o', 'agent', agent, 'ver', ARGV[4], 'changed', '0')
  -- Facts that are read from now on count the contact; those on their way may not.
  hold(agent, id, c.group, whole(nextSeq()))
  settle(agent)
  return 1
end

if c.st ~= 'r' or c.agent ~= agent then return 0 end
redis.call('ZREM', P .. 'reserved', id)
redis.call('HSET', P .. 'c:' .. id, 'st', 'w', 'agent', '')
if ARGV[4] == '1' then exclude(id, agent, time(), ARGV[5]) end
enterQueue(c)
dropHold(agent, id)
return 1
