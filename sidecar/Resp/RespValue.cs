using System.Buffers.Text;
using System.Text;

namespace Thermocline.Resp;

/// <summary>An answer. The default value is nothing.</summary>
public readonly struct RespValue
{
    private readonly object? _content;
    private readonly long _whole;

    internal RespValue(RespKind kind, byte[] bytes)
    {
        Kind = kind;
        _content = bytes;
    }

    internal RespValue(RespKind kind, long whole)
    {
        Kind = kind;
        _whole = whole;
    }

    internal RespValue(RespKind kind, RespValue[] items)
    {
        Kind = kind;
        _content = items;
    }

    /// <summary>What it is.</summary>
    public RespKind Kind { get; }

    /// <summary>Whether it is nothing.</summary>
    public bool IsNull => Kind == RespKind.Null;

    /// <summary>Whether it is an error.</summary>
    public bool IsError => Kind == RespKind.Error;

    /// <summary>Its bytes; of an integer, a list or nothing: none.</summary>
    public ReadOnlyMemory<byte> Bytes => _content as byte[] ?? default;

    /// <summary>What it consists of: of a map names and values in turn, of anything but a list nothing.</summary>
    public ReadOnlySpan<RespValue> Items => _content as RespValue[];

    /// <summary>Its text.</summary>
    public string Text => _content is byte[] bytes ? Encoding.UTF8.GetString(bytes) : "";

    /// <summary>Its whole number, where the answer is one or spells one.</summary>
    /// <exception cref="RespException">It is none.</exception>
    public long Whole => Kind switch
    {
        RespKind.Whole or RespKind.Boolean => _whole,
        RespKind.Bytes or RespKind.Text or RespKind.Number
            when Utf8Parser.TryParse(Bytes.Span, out long value, out int used) && used == Bytes.Length => value,
        _ => throw Unexpected("a whole number"),
    };

    /// <summary>Itself, unless it is an error.</summary>
    /// <exception cref="RespException">It is an error.</exception>
    public RespValue ThrowIfError() => IsError ? throw RespException.Said(Text) : this;

    /// <summary>What it consists of, where that are so many at least.</summary>
    /// <exception cref="RespException">It is no list, or a shorter one.</exception>
    public ReadOnlySpan<RespValue> ItemsOf(int least) =>
        ThrowIfError().Kind is RespKind.Array or RespKind.Map && Items.Length >= least ? Items : throw Unexpected($"a list of {least}");

    private RespException Unexpected(string wanted) =>
        IsError ? RespException.Said(Text) : new(RespFault.Protocol, $"The server answered with {Kind} where {wanted} was expected.");
}
