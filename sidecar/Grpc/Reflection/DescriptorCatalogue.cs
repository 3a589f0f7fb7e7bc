using System.Collections.Frozen;
using Google.Protobuf.Reflection;

namespace Thermocline.Grpc.Reflection;

/// <summary>Services, the files that define them and what those depend on, by name.</summary>
internal sealed class DescriptorCatalogue
{
    private readonly FrozenDictionary<string, FileDescriptor> _files;
    private readonly FrozenDictionary<string, FileDescriptor> _symbols;
    private readonly FrozenSet<string> _messages;

    public DescriptorCatalogue(IReadOnlyList<ServiceDescriptor> services)
    {
        Services = [.. services.Select(service => service.FullName).Order(StringComparer.Ordinal)];
        var files = new Dictionary<string, FileDescriptor>(StringComparer.Ordinal);
        foreach (ServiceDescriptor service in services)
            AddFile(service.File, files);

        var symbols = new Dictionary<string, FileDescriptor>(StringComparer.Ordinal);
        foreach (FileDescriptor file in files.Values)
        {
            foreach (string name in SymbolsOf(file))
                symbols[name] = file;
        }

        _files = files.ToFrozenDictionary(StringComparer.Ordinal);
        _symbols = symbols.ToFrozenDictionary(StringComparer.Ordinal);
        _messages = files.Values.SelectMany(file => file.MessageTypes.SelectMany(WithNested)).Select(message => message.FullName)
            .ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Full names, in order.</summary>
    public IReadOnlyList<string> Services { get; }

    public FileDescriptor? FindFile(string name) => _files.GetValueOrDefault(name);

    /// <summary>The file that defines a service, method, message, field, oneof, enum or value of one.</summary>
    public FileDescriptor? FindFileOf(string symbol) => _symbols.GetValueOrDefault(symbol);

    public bool IsMessage(string name) => _messages.Contains(name);

    private static void AddFile(FileDescriptor file, Dictionary<string, FileDescriptor> files)
    {
        if (!files.TryAdd(file.Name, file))
            return;
        foreach (FileDescriptor dependency in file.Dependencies)
            AddFile(dependency, files);
    }

    private static IEnumerable<string> SymbolsOf(FileDescriptor file)
    {
        IEnumerable<IDescriptor> symbols =
        [
            .. file.Services,
            .. file.Services.SelectMany(static service => service.Methods),
            .. file.EnumTypes,
            .. file.EnumTypes.SelectMany(static type => type.Values),
            .. file.MessageTypes.SelectMany(WithNested).SelectMany(PartsOf),
        ];
        return symbols.Select(static symbol => symbol.FullName);
    }

    private static IEnumerable<IDescriptor> PartsOf(MessageDescriptor message) =>
    [
        message,
        .. message.Fields.InDeclarationOrder(),
        .. message.Oneofs,
        .. message.EnumTypes,
        .. message.EnumTypes.SelectMany(static type => type.Values),
    ];

    private static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message) =>
        message.NestedTypes.SelectMany(WithNested).Prepend(message);
}
