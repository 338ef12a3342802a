-- Hands out the number to take before PostgreSQL is read, and the generation it belongs to.
-- Returns { seq, generation }, or nothing when the memory must be built first.
local generation = redis.call('GET', P .. 'generation') or redis.call('GET', P .. 'building')
if not generation then return {} end
return { whole(nextSeq()), generation }
