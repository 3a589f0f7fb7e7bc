using System.Net;

namespace Thermocline.Testing.Crash;

/// <summary>
/// One client: it writes keys of its own, one call at a time, reads them back, and remembers every answer and the one
/// call that may have been on its way when the process ended.
/// </summary>
internal sealed class CrashWriter
{
    private const int BatchKeysMax = 8;
    private const string Committed = "committed";

    private readonly KeyHistory[] _keys;
    private readonly Random _random;
    private readonly CrashTally _tally;
    private KeyHistory[] _sent = [];

    public CrashWriter(int number, int keys, int seed, CrashTally tally)
    {
        _random = new Random(HashSeed(seed, number));
        _tally = tally;

        // Some keys are not ASCII and need escaping in a path.
        _keys =
        [
            .. Enumerable.Range(0, keys)
                .Select(i => new KeyHistory(i % 7 == 0 ? $"w{number} k{i} é%?" : $"w{number}-k{i}")),
        ];
    }

    /// <summary>Keys a reader should find now.</summary>
    public IEnumerable<string> PresentKeys => _keys.Where(key => key.Acknowledged.Present).Select(key => key.Key);

    /// <summary>
    /// A key of the batch in doubt whose former value could be put back, so that half of the batch would show; null
    /// when the call in doubt was no such batch.
    /// </summary>
    public (string Key, long Version)? PutBack()
    {
        KeyHistory[] visible = [.. _sent.Where(key => !key.Acknowledged.LooksLike(key.InDoubt!.Value))];
        return visible.Length > 1 && visible[0].Acknowledged.Present
            ? (visible[0].Key, visible[0].Acknowledged.Version)
            : null;
    }

    /// <summary>Works until the process is gone, or until told to stop.</summary>
    public async Task RunAsync(KvClient client, Func<bool> processIsEnding, CancellationToken stop)
    {
        _sent = [];
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await StepAsync(client);
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            if (_sent.Length > 0)
            {
                _tally.Doubt();
            }

            if (!processIsEnding())
            {
                _tally.Violate($"The connection failed although nobody had stopped the process: {failure.Message}");
            }
        }
    }

    /// <summary>Reads every key after a restart and compares it with what may be there.</summary>
    public async Task VerifyAsync(KvClient client, string round)
    {
        bool? batchDone = null;
        foreach (KeyHistory key in _keys)
        {
            (KeyState? found, string? etag, string shown) = await ReadAsync(client, key.Key);
            bool isOld = found?.LooksLike(key.Acknowledged) == true;
            bool isNew = key.InDoubt is { } doubt && found?.LooksLike(doubt) == true;
            if (!isOld && !isNew)
            {
                string allowed = key.InDoubt is { } pending ? $"{key.Acknowledged} or {pending}" : $"{key.Acknowledged}";
                _tally.Violate($"{round}: '{key.Key}' must hold {allowed} but holds {shown}.");
            }
            else if (isOld != isNew && key.InDoubt is not null)
            {
                if (batchDone is { } before && before != isNew)
                {
                    _tally.Violate($"{round}: a batch was done in part; '{key.Key}' shows it {(isNew ? "done" : "not done")}.");
                }

                batchDone ??= isNew;
            }

            key.Settle(isNew && !isOld ? key.InDoubt!.Value : found ?? KeyState.Absent, etag);
        }

        if (batchDone == true)
        {
            _tally.FindDone();
        }

        _sent = [];
    }

    private static int HashSeed(int seed, int number) => unchecked((seed * 31_337) + (number * 7919));

    private Task StepAsync(KvClient client)
    {
        KeyHistory key = _keys[_random.Next(_keys.Length)];
        return _random.Next(100) switch
        {
            < 45 => PutAsync(client, key, ifMatch: null, ifAbsent: false),
            < 55 => PutAsync(client, key, key.Acknowledged.Present ? key.ETag : null, ifAbsent: !key.Acknowledged.Present),
            < 60 => LoseConditionAsync(client, key),
            < 70 => DeleteAsync(client, key),
            < 82 => BatchAsync(client),
            _ => ReadBackAsync(client, key),
        };
    }

    private async Task PutAsync(KvClient client, KeyHistory key, string? ifMatch, bool ifAbsent)
    {
        KeyState next = Send(key, present: true);
        byte[] value = SelfDescribingValue.Make(key.Key, next.Version, _random);
        Settle(await client.PutAsync(key.Key, value, ifMatch, ifAbsent));
    }

    private async Task DeleteAsync(KvClient client, KeyHistory key)
    {
        Send(key, present: false);
        KvAnswer answer = await client.DeleteAsync(key.Key);
        if (answer.Status == HttpStatusCode.NotFound && !key.Acknowledged.Present)
        {
            Withdraw();
            return;
        }

        Settle(answer);
    }

    // A condition that cannot hold: the write must be refused and must not happen.
    private async Task LoseConditionAsync(KvClient client, KeyHistory key)
    {
        KeyState next = Send(key, present: true);
        byte[] value = SelfDescribingValue.Make(key.Key, next.Version, _random);
        bool present = key.Acknowledged.Present;
        KvAnswer answer = await client.PutAsync(key.Key, value, present ? null : "\"1\"", ifAbsent: present);
        if (answer.Status != HttpStatusCode.PreconditionFailed)
        {
            _tally.Violate($"A condition on '{key.Key}' that could not hold was answered {answer.Text}.");
        }

        Withdraw();
    }

    private async Task BatchAsync(KvClient client)
    {
        KeyHistory[] keys = [.. _random.GetItems(_keys, _random.Next(2, BatchKeysMax + 1)).Distinct()];
        var operations = new List<(string Key, byte[]? Value)>();
        foreach (KeyHistory key in keys)
        {
            KeyState next = key.Attempt(_random.Next(4) > 0);
            operations.Add((key.Key, next.Present ? SelfDescribingValue.Make(key.Key, next.Version, _random) : null));
        }

        _sent = keys;
        Settle(await client.BatchAsync(operations));
    }

    private async Task ReadBackAsync(KvClient client, KeyHistory key)
    {
        (KeyState? found, _, string shown) = await ReadAsync(client, key.Key);
        if (found?.LooksLike(key.Acknowledged) != true)
        {
            _tally.Violate($"Under load: '{key.Key}' must hold {key.Acknowledged} but holds {shown}.");
        }
    }

    private async Task<(KeyState? Found, string? ETag, string Shown)> ReadAsync(KvClient client, string key)
    {
        KvAnswer answer = await client.GetAsync(key);
        _tally.Read();
        if (answer.Status == HttpStatusCode.NotFound)
        {
            return (KeyState.Absent, null, "nothing");
        }

        if (answer.Status != HttpStatusCode.OK)
        {
            return (null, null, $"no value: {answer.Text}");
        }

        return SelfDescribingValue.VersionOf(key, answer.Body) is { } version
            ? (new KeyState(version, true), answer.ETag, $"version {version}")
            : (null, null, $"{answer.Body.Length} bytes that are not a value of this key");
    }

    private KeyState Send(KeyHistory key, bool present)
    {
        _sent = [key];
        return key.Attempt(present);
    }

    private void Settle(KvAnswer answer)
    {
        if (!answer.Succeeded)
        {
            Refused(answer);
            return;
        }

        // An answer may leave the header out where it means nothing (a deletion of nothing), but must not weaken it.
        if (answer.Durability is not null and not Committed)
        {
            _tally.Violate($"Under the policy always a write of '{_sent[0].Key}' was answered as {answer.Durability}.");
        }

        _tally.Acknowledge();
        foreach (KeyHistory key in _sent)
        {
            // The etag of a batch's members is not in the answer: the next conditional write goes without.
            key.Acknowledge(_sent.Length == 1 ? answer.ETag : null);
        }

        _sent = [];
    }

    private void Refused(KvAnswer answer)
    {
        _tally.Refuse();
        if ((int)answer.Status is 429 or 503)
        {
            Withdraw();
            return;
        }

        _tally.Violate($"A write of '{_sent[0].Key}' was answered {answer.Text}.");
        Withdraw();
    }

    private void Withdraw()
    {
        foreach (KeyHistory key in _sent)
        {
            key.Withdraw();
        }

        _sent = [];
    }
}
