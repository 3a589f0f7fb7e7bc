using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Thermocline.Benchmarks.Peers;
using Thermocline.Events;

namespace Thermocline.Benchmarks.Events;

/// <summary>One blocking connection that adds to a plain Redis stream, so many commands before it waits for their answers.</summary>
internal sealed class RedisStream : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly byte[] _received = new byte[64 << 10];
    private int _at;
    private int _end;

    public RedisStream(RedisPeer server) => _socket.Connect(server.Unix);

    /// <summary>The commands that add these events to a stream: what is published of each is its context and its payload.</summary>
    public static byte[] Commands(string stream, ReadOnlySpan<EventDraft> events)
    {
        using var bytes = new MemoryStream();
        foreach (ref readonly EventDraft draft in events)
        {
            bytes.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"*7\r\n$4\r\nXADD\r\n${stream.Length}\r\n{stream}\r\n$1\r\n*\r\n$1\r\nc\r\n${draft.Context.Length}\r\n{draft.Context}\r\n$1\r\np\r\n${draft.Payload.Length}\r\n")));
            bytes.Write(draft.Payload.Span);
            bytes.Write("\r\n"u8);
        }

        return bytes.ToArray();
    }

    /// <summary>Sends commands and waits for the answer to each of them.</summary>
    public void Send(ReadOnlySpan<byte> commands, int count) =>
        // Every id is a line with its length and a line with itself.
        SendForLines(commands, 2 * count);

    /// <summary>Sends commands and waits for so many lines of answers.</summary>
    public void SendForLines(ReadOnlySpan<byte> commands, int lines)
    {
        for (int sent = 0; sent < commands.Length;)
            sent += _socket.Send(commands[sent..]);
        for (int line = 0; line < lines; line++)
            SkipLine();
    }

    public string Ask(string command)
    {
        _socket.Send(Encoding.ASCII.GetBytes(command + "\r\n"));
        var text = new StringBuilder();
        byte kind = Next();
        string head = ReadLine();
        if (kind != '$')
            return head;
        for (int left = int.Parse(head, CultureInfo.InvariantCulture) + 2; left > 0; left--)
            text.Append((char)Next());
        return text.ToString();
    }

    /// <summary>Bytes that the server says it uses.</summary>
    public long UsedMemory()
    {
        string info = Ask("INFO memory");
        int at = info.IndexOf("used_memory:", StringComparison.Ordinal) + "used_memory:".Length;
        return long.Parse(info.AsSpan(at, info.IndexOf('\r', at) - at), CultureInfo.InvariantCulture);
    }

    public void Dispose() => _socket.Dispose();

    private void SkipLine()
    {
        if (Next() is not (byte)'$' and { } first && first == (byte)'-')
            throw new InvalidDataException("redis-server answered " + ReadLine());
        while (Next() != (byte)'\n')
        {
        }
    }

    private string ReadLine()
    {
        var line = new StringBuilder();
        for (byte next = Next(); next != (byte)'\n'; next = Next())
        {
            if (next != (byte)'\r')
                line.Append((char)next);
        }

        return line.ToString();
    }

    private byte Next()
    {
        if (_at == _end)
        {
            _end = _socket.Receive(_received);
            _at = 0;
            if (_end == 0)
                throw new EndOfStreamException("Redis hung up.");
        }

        return _received[_at++];
    }
}
