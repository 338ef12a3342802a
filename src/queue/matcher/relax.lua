-- Moves waiting contacts whose time has come to their next ring.
-- ARGV: how many at most
-- Returns the contacts that moved.
local now = time()
local due = redis.call('ZRANGEBYSCORE', P .. 'relax', '-inf', now, 'LIMIT', 0, tonumber(ARGV[1]))
local moved = {}
for _, id in ipairs(due) do
  local c = readContact(id)
  if not c or c.st ~= 'w' then
    redis.call('ZREM', P .. 'relax', id)
  else
    local ring = ringNow(c, now)
    if ring > c.ring then
      leaveQueue(c)
      c.ring = ring
      c.sig = c.list[ring + 1]
      redis.call('HSET', P .. 'c:' .. id, 'ring', ring)
      enterQueue(c)
      moved[#moved + 1] = id
    end
  end
end
return moved
