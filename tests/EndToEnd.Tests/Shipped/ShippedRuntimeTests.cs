using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;
using Thermocline.Testing;
using Xunit;

namespace Thermocline.EndToEnd.Tests.Shipped;

/// <summary>
/// The published programs bring the runtime that the build names, both halves of it: the compiler is in the native one, and only a later
/// one bounds its memory (decisions/0010).
/// </summary>
public sealed class ShippedRuntimeTests
{
    [Fact]
    public void Both_halves_of_the_runtime_are_of_the_version_that_the_build_names()
    {
        string root = Required.Found(RepositoryRoot.Find(), "The repository of these tests is not there.");
        string wanted = Assert.Single(XDocument.Load(Path.Combine(root, "Directory.Build.props")).Descendants("ShippedRuntimeVersion")).Value;
        foreach (ShippedProgram program in ShippedProgram.All())
        {
            byte[] library = program.Assemblies["System.Private.CoreLib.dll"];
            Assert.Equal(wanted, TextOf<AssemblyInformationalVersionAttribute>(library).Split('+', '-')[0]);
            string native = $"@(#)Version {TextOf<AssemblyFileVersionAttribute>(library)}";
            Assert.True(File.ReadAllBytes(program.Path).AsSpan().IndexOf(Encoding.ASCII.GetBytes(native)) >= 0, $"{program.Path} has no '{native}'.");
        }
    }

    [Fact]
    public void An_attribute_of_an_assembly_is_read() =>
        Assert.Equal(
            typeof(object).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()!.Version,
            TextOf<AssemblyFileVersionAttribute>(File.ReadAllBytes(typeof(object).Assembly.Location)));

    // An attribute of one text: two bytes, then the text.
    private static string TextOf<T>(byte[] assembly)
        where T : Attribute
    {
        using var file = new PEReader(new MemoryStream(assembly, writable: false));
        MetadataReader metadata = file.GetMetadataReader();
        CustomAttribute attribute = Assert.Single(
            metadata.GetAssemblyDefinition().GetCustomAttributes().Select(metadata.GetCustomAttribute),
            each => NameOf(metadata, each) == typeof(T).Name);
        BlobReader value = metadata.GetBlobReader(attribute.Value);
        value.ReadUInt16();
        return value.ReadSerializedString()!;
    }

    // The constructor is the type's own in the assembly that defines it, else a reference.
    private static string NameOf(MetadataReader metadata, CustomAttribute attribute) => metadata.GetString(attribute.Constructor.Kind switch
    {
        HandleKind.MethodDefinition => metadata.GetTypeDefinition(
            metadata.GetMethodDefinition((MethodDefinitionHandle)attribute.Constructor).GetDeclaringType()).Name,
        _ => metadata.GetTypeReference(
            (TypeReferenceHandle)metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent).Name,
    });
}
