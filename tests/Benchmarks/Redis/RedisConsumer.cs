using System.Buffers.Binary;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Thermocline.Benchmarks.Children;
using Thermocline.Events;
using Thermocline.Events.Redis;
using Thermocline.Testing.Events;

namespace Thermocline.Benchmarks.Redis;

/// <summary>
/// A member of the group in a process of its own, to be killed. It writes down each event before it answers for it: time by the clock
/// all processes share, context, number.
/// </summary>
internal sealed class RedisConsumer : IContestant
{
    private const int RecordBytes = 24;

    private readonly SafeFileHandle _file;
    private readonly RedisBus _bus;
    private long _length;

    public RedisConsumer(string socketPath, string file)
    {
        _file = File.OpenHandle(file, FileMode.Create, FileAccess.Write, FileShare.Read);
        _bus = RedisLoad.Bus(socketPath, Environment.ProcessId);
        _bus.SubscribeAsync(RedisLoad.Wish(RedisLoad.Topic), HandleAsync, CancellationToken.None).AsTask().GetAwaiter().GetResult();
    }

    public static void ReadInto(EventHistory history, string file)
    {
        ReadOnlySpan<byte> records = File.ReadAllBytes(file);
        for (; records.Length >= RecordBytes; records = records[RecordBytes..])
        {
            history.Add(
                BinaryPrimitives.ReadInt64LittleEndian(records),
                (int)BinaryPrimitives.ReadInt64LittleEndian(records[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(records[16..]));
        }
    }

    public Facts Do(string request, string[] arguments) => new();

    public void Dispose()
    {
        _bus.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _file.Dispose();
    }

    private ValueTask<Handling> HandleAsync(EventDelivery delivery, CancellationToken cancellation)
    {
        (int context, long number) = RedisLoad.Read(delivery);
        Span<byte> record = stackalloc byte[RecordBytes];
        BinaryPrimitives.WriteInt64LittleEndian(record, Stopwatch.GetTimestamp());
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], context);
        BinaryPrimitives.WriteInt64LittleEndian(record[16..], number);
        RandomAccess.Write(_file, record, Interlocked.Add(ref _length, RecordBytes) - RecordBytes);
        return new(RedisLoad.IsPoison(number) ? Handling.Retry : Handling.Done);
    }
}
