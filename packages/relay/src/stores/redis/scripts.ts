/*
 * KEYS are head, kept, live. Scripts run without another command in between, so that what they check holds when they write.
 */

/**
 * ARGV: how long the room lives, in ms. The fencing token is the time, so that it rises even if Redis has lost all it had.
 * Returns the token and the position of the newest entry.
 */
export const claimScript = `
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('DEL', KEYS[2], KEYS[3]) end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local fence = string.format('%.0f', math.max(now, tonumber(redis.call('HGET', KEYS[1], 'fence') or '0') + 1))
redis.call('HSET', KEYS[1], 'fence', fence)
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[1]) end
return { fence, redis.call('HGET', KEYS[1], 'last') or '' }
`;

/**
 * ARGV: token, position up to which the publisher believes everything to be stored, how long the room lives in ms, length of
 * the live stream, position of the oldest entry to keep, position of the newest dropped one; then of each entry its
 * position, 1 if it is kept, its fields \`m\` and \`d\`.
 *
 * Returns the position up to which everything is stored, or 'superseded'. If Redis has lost the room, or part of it, or the
 * claim of this publisher, it begins again with nothing, and the publisher sends all that it has.
 */
export const appendScript = `
local mine = tonumber(ARGV[1])
local fence = tonumber(redis.call('HGET', KEYS[1], 'fence') or '0')
if fence > mine then return 'superseded' end
local last = redis.call('HGET', KEYS[1], 'last') or ''
if fence < mine or (last ~= '' and redis.call('EXISTS', KEYS[2]) == 0) then
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
  redis.call('HSET', KEYS[1], 'fence', ARGV[1])
  last = ''
end
if last == ARGV[2] then
  for i = 7, #ARGV, 4 do
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[4], ARGV[i], 'm', ARGV[i + 2], 'd', ARGV[i + 3])
    if ARGV[i + 1] == '1' then redis.call('XADD', KEYS[2], ARGV[i], 'm', ARGV[i + 2], 'd', ARGV[i + 3]) end
    last = ARGV[i]
  end
  redis.call('HSET', KEYS[1], 'last', last, 'dropped', ARGV[6])
  if ARGV[5] ~= '' then redis.call('XTRIM', KEYS[2], 'MINID', ARGV[5]) end
end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[3]) end
return last
`;
