namespace Thermocline.Events.Redis.Scripts;

/// <summary>The scripts of the bus.</summary>
internal static class RedisScripts
{
    /// <summary>
    /// Keys: the members of a group, then the lease of every partition. Arguments: this member, its lease in ms, where to begin to
    /// take. Says that it lives, renews what it holds, takes what is free up to its share. Answers its share and what it holds.
    /// </summary>
    public static RedisScript Tend { get; } = new("""
        local me, ms, first = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
        local t = redis.call('TIME')
        local now = t[1] * 1000 + math.floor(t[2] / 1000)
        redis.call('ZADD', KEYS[1], now + ms, me)
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
        redis.call('PEXPIRE', KEYS[1], ms * 10)
        local n = #KEYS - 1
        local share = math.ceil(n / redis.call('ZCARD', KEYS[1]))
        local held = {}
        for i = 1, n do
          if redis.call('GET', KEYS[i + 1]) == me then
            redis.call('PEXPIRE', KEYS[i + 1], ms)
            held[#held + 1] = i - 1
          end
        end
        for k = 0, n - 1 do
          if #held >= share then break end
          local i = (first + k) % n
          if redis.call('SET', KEYS[i + 2], me, 'NX', 'PX', ms) then held[#held + 1] = i end
        end
        return {share, held}
        """);

    /// <summary>
    /// Keys: streams, then the lease of each. Arguments: member, group, entries of each at most, bytes at most. Reads what is new;
    /// for each stream its entries, or 0 where the lease is another's.
    /// </summary>
    public static RedisScript Read { get; } = new("""
        local me, group, count, left = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
        local n = #KEYS / 2
        local answer = {}
        for i = 1, n do
          if redis.call('GET', KEYS[n + i]) ~= me then
            answer[i] = 0
          else
            local got = {}
            local wanted = count
            while wanted > 0 and left > 0 do
              local ask = math.min(wanted, 16)
              local some = redis.call('XREADGROUP', 'GROUP', group, me, 'COUNT', ask, 'STREAMS', KEYS[i], '>')
              if not some then break end
              local entries = some[1][2]
              for _, entry in ipairs(entries) do
                got[#got + 1] = entry
                for _, part in ipairs(entry[2]) do left = left - #part end
              end
              if #entries < ask then break end
              wanted = wanted - ask
            end
            answer[i] = got
          end
        end
        return answer
        """);

    /// <summary>
    /// Keys: a stream, its lease. Arguments: member, group, the entry to go on after or '-'. Takes over what members before did not
    /// acknowledge; 0 where the lease is another's, else the last entry the group was given, and a page of what is not
    /// acknowledged: id, deliveries, fields or nothing.
    /// </summary>
    public static RedisScript Recover { get; } = new("""
        local me, group, after = ARGV[1], ARGV[2], ARGV[3]
        if redis.call('GET', KEYS[2]) ~= me then return 0 end
        if after == '-' then
          local cursor = '0-0'
          repeat
            local claimed = redis.call('XAUTOCLAIM', KEYS[1], group, me, 0, cursor, 'COUNT', 1000, 'JUSTID')
            cursor = claimed[1]
          until cursor == '0-0'
        else
          after = '(' .. after
        end
        local last = '0-0'
        for _, info in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
          local named = {}
          for k = 1, #info, 2 do named[info[k]] = info[k + 1] end
          if named['name'] == group then last = named['last-delivered-id'] end
        end
        local page = {}
        for _, waiting in ipairs(redis.call('XPENDING', KEYS[1], group, after, '+', 16, me)) do
          local found = redis.call('XRANGE', KEYS[1], waiting[1], waiting[1])
          page[#page + 1] = {waiting[1], waiting[4], found[1] and found[1][2] or false}
        end
        return {last, page}
        """);

    /// <summary>Keys: leases. Argument: the member. Gives up those it holds.</summary>
    public static RedisScript Release { get; } = new("""
        for i = 1, #KEYS do
          if redis.call('GET', KEYS[i]) == ARGV[1] then redis.call('DEL', KEYS[i]) end
        end
        return 1
        """);

    /// <summary>
    /// Keys: the stream, the stream of dead letters. Arguments: group, entry, most entries there, the fields. Acknowledges and adds
    /// in one step, so that a dead letter is there once however often this is asked: 1; 0 when it was done before; -1 without room.
    /// </summary>
    public static RedisScript Bury { get; } = new("""
        if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[3]) then return -1 end
        if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
        redis.call('XADD', KEYS[2], '*', unpack(ARGV, 4))
        return 1
        """);

    /// <summary>
    /// Keys: the streams of a topic. Argument: entries kept of each while nobody takes them. Removes what every group has
    /// acknowledged. For each stream: its length, and for each group its name, what it was not given, what it did not acknowledge,
    /// and the id of the oldest of both.
    /// </summary>
    public static RedisScript Tidy { get; } = new("""
        local function parse(id)
          local ms, seq = string.match(id, '(%d+)-(%d+)')
          return tonumber(ms), tonumber(seq)
        end
        local function below(a, b)
          local am, as = parse(a)
          local bm, bs = parse(b)
          return am < bm or (am == bm and as < bs)
        end
        local answer = {}
        for i = 1, #KEYS do
          local groups = {}
          local low = nil
          if redis.call('EXISTS', KEYS[i]) == 1 then
            for _, info in ipairs(redis.call('XINFO', 'GROUPS', KEYS[i])) do
              local named = {}
              for k = 1, #info, 2 do named[info[k]] = info[k + 1] end
              local last = named['last-delivered-id']
              local pending = redis.call('XPENDING', KEYS[i], named['name'])
              local ms, seq = string.match(last, '(%d+)-(%d+)')
              local done = ms .. '-' .. string.format('%.0f', seq + 1)
              local oldest = ''
              if pending[1] > 0 then
                done = pending[2]
                oldest = pending[2]
              else
                local ahead = redis.call('XRANGE', KEYS[i], '(' .. last, '+', 'COUNT', 1)
                if ahead[1] then oldest = ahead[1][1] end
              end
              if not low or below(done, low) then low = done end
              groups[#groups + 1] = {named['name'], named['lag'] or -1, pending[1], oldest}
            end
            if low then
              redis.call('XTRIM', KEYS[i], 'MINID', low)
            else
              redis.call('XTRIM', KEYS[i], 'MAXLEN', ARGV[1])
            end
          end
          answer[i] = {redis.call('XLEN', KEYS[i]), groups}
        end
        return answer
        """);
}
