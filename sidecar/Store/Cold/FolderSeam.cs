using Thermocline.Store.Files;

namespace Thermocline.Store.Cold;

/// <summary>What a folder as cold store needs of a file system, beyond what the log needs.</summary>
/// <param name="Files">The folder.</param>
/// <param name="LastWritten">When a file was last written.</param>
/// <param name="DeleteEmptyDirectory">Removes a directory in which nothing is.</param>
internal sealed record FolderSeam(IFiles Files, Func<string, DateTimeOffset> LastWritten, Action<string> DeleteEmptyDirectory)
{
    public static FolderSeam Open(string folder)
    {
        try
        {
            var files = new DiskFiles(folder);
            return new FolderSeam(files, files.LastWritten, files.DeleteEmptyDirectory);
        }
        catch (IOException failure)
        {
            throw Failure("open its folder", failure);
        }
    }

    public static StoreException Failure(string tried, IOException failure) =>
        failure.InnerException is UnauthorizedAccessException
            ? ColdFailure.Refused(tried, failure.Message, failure)
            : ColdFailure.Unavailable(tried, failure.Message, failure);
}
