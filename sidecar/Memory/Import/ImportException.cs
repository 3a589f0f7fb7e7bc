namespace Thermocline.Memory.Import;

/// <summary>The target of an import failed; what was written before stays, and the import can be run again.</summary>
public sealed class ImportException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ImportException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
