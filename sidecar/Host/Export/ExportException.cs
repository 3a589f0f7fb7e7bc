namespace Thermocline.Sidecar.Export;

/// <summary>An export cannot begin or go on; the message says why.</summary>
internal sealed class ExportException : Exception
{
    public ExportException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
