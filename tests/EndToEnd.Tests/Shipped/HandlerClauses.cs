using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Thermocline.EndToEnd.Tests.Shipped;

/// <summary>What methods of one name and number of parameters have of <c>catch</c>, <c>finally</c> and the like.</summary>
/// <param name="Bodies">How many methods they are.</param>
/// <param name="All">Their clauses.</param>
/// <param name="Nested">Those of them that stand inside the handler of another: a lock in a <c>finally</c>, a <c>using</c> in a <c>catch</c>.</param>
internal readonly record struct HandlerClauses(int Bodies, int All, int Nested)
{
    /// <summary>Counts them in an assembly, whether precompiled or not.</summary>
    public static IReadOnlyDictionary<string, HandlerClauses> Count(byte[] assembly)
    {
        using var file = new PEReader(new MemoryStream(assembly, writable: false));
        MetadataReader metadata = file.GetMetadataReader();
        var found = new Dictionary<string, HandlerClauses>();
        foreach (TypeDefinitionHandle type in metadata.TypeDefinitions)
        {
            foreach (MethodDefinition method in metadata.GetTypeDefinition(type).GetMethods().Select(metadata.GetMethodDefinition))
            {
                if (method.RelativeVirtualAddress == 0)
                    continue;
                string name = $"{NameOf(metadata, type)}.{metadata.GetString(method.Name)}/{Parameters(metadata, method)}";
                found[name] = found.GetValueOrDefault(name).With([.. file.GetMethodBody(method.RelativeVirtualAddress).ExceptionRegions]);
            }
        }

        return found;
    }

    /// <summary>
    /// The methods whose nested clauses are fewer in what was shipped. A method without any clause became one that only throws, because
    /// nobody calls it; methods of one name of which some are gone are not compared.
    /// </summary>
    public static IEnumerable<string> Lost(
        IReadOnlyDictionary<string, HandlerClauses> compiled, IReadOnlyDictionary<string, HandlerClauses> shipped) =>
        from method in shipped
        where compiled.TryGetValue(method.Key, out HandlerClauses whole) && whole.Bodies == method.Value.Bodies
            && method.Value.All > 0 && method.Value.Nested < whole.Nested
        select method.Key;

    private HandlerClauses With(ExceptionRegion[] clauses) => new(
        Bodies + 1, All + clauses.Length, Nested + clauses.Count(inner => clauses.Any(outer => IsInside(inner, outer))));

    private static bool IsInside(ExceptionRegion inner, ExceptionRegion outer) =>
        inner.TryOffset >= outer.HandlerOffset && inner.TryOffset + inner.TryLength <= outer.HandlerOffset + outer.HandlerLength;

    private static int Parameters(MetadataReader metadata, MethodDefinition method)
    {
        BlobReader signature = metadata.GetBlobReader(method.Signature);
        if (signature.ReadSignatureHeader().IsGeneric)
            signature.ReadCompressedInteger();
        return signature.ReadCompressedInteger();
    }

    private static string NameOf(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        string own = metadata.GetString(type.Name);
        return type.GetDeclaringType() is { IsNil: false } outer
            ? $"{NameOf(metadata, outer)}.{own}"
            : $"{metadata.GetString(type.Namespace)}.{own}";
    }
}
