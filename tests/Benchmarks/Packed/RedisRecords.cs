using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Thermocline.Benchmarks.Peers;

namespace Thermocline.Benchmarks.Packed;

/// <summary>Records put into a Redis of our own, and what it says it needs for them.</summary>
internal static class RedisRecords
{
    private const string Figure = "used_memory:";
    private const int Pipelined = 500;

    public static long UsedMemory(RedisPeer server, IReadOnlyList<(byte[] Key, byte[] Value)> records)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(server.Unix);
        using var stream = new BufferedStream(new NetworkStream(socket), 1 << 20);
        long before = Ask(stream);
        for (int from = 0; from < records.Count; from += Pipelined)
        {
            int end = Math.Min(records.Count, from + Pipelined);
            for (int i = from; i < end; i++)
                Set(stream, records[i]);
            stream.Flush();
            for (int i = from; i < end; i++)
            {
                if (ReadLine(stream) != "+OK")
                    throw new InvalidOperationException("Redis refused a record.");
            }
        }

        return Ask(stream) - before;
    }

    private static void Set(Stream stream, (byte[] Key, byte[] Value) record)
    {
        stream.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"*3\r\n$3\r\nSET\r\n${record.Key.Length}\r\n")));
        stream.Write(record.Key);
        stream.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\r\n${record.Value.Length}\r\n")));
        stream.Write(record.Value);
        stream.Write("\r\n"u8);
    }

    private static long Ask(Stream stream)
    {
        stream.Write("INFO memory\r\n"u8);
        stream.Flush();
        long left = long.Parse(ReadLine(stream).AsSpan(1), CultureInfo.InvariantCulture);
        long figure = 0;
        while (left > 0)
        {
            string line = ReadLine(stream);
            left -= line.Length + 2;
            if (line.StartsWith(Figure, StringComparison.Ordinal))
                figure = long.Parse(line.AsSpan(Figure.Length), CultureInfo.InvariantCulture);
        }

        ReadLine(stream);
        return figure;
    }

    private static string ReadLine(Stream stream)
    {
        var line = new StringBuilder();
        for (int next = stream.ReadByte(); next != '\n'; next = stream.ReadByte())
        {
            if (next < 0)
                throw new EndOfStreamException("Redis hung up.");
            if (next != '\r')
                line.Append((char)next);
        }

        return line.ToString();
    }
}
