-- Adds a signature or a profile with the eligibility that the gateway has worked out.
-- ARGV: generation, version it was worked out from, kind (sig | prof), id, text, then the matching ids of the other kind
-- Returns { '1', new version } when it was added, else { '0', version, sigs, profs } to work it out again.
--
-- Working it out needs all of the other kind, so it only counts against the very catalogue it was worked out from.
local generation, version, kind, id, text = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
if not isCurrent(generation) then return redis.error_reply('REBUILD the generation has changed') end
if redis.call('GET', P .. 'catalogue') ~= version then
  local current = redis.call('GET', P .. 'catalogue')
  if not current then
    current = whole(nextSeq())
    redis.call('SET', P .. 'catalogue', current)
  end
  return { '0', current, redis.call('HGETALL', P .. 'sigs'), redis.call('HGETALL', P .. 'profs') }
end
redis.call('HSET', P .. (kind == 'sig' and 'sigs' or 'profs'), id, text)
for i = 6, #ARGV do
  if kind == 'sig' then
    redis.call('SADD', P .. 'elig:' .. id, ARGV[i])
  else
    redis.call('SADD', P .. 'elig:' .. ARGV[i], id)
  end
end
local added = whole(nextSeq())
redis.call('SET', P .. 'catalogue', added)
return { '1', added }
