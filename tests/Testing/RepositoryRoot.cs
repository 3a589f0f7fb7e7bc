namespace Thermocline.Testing;

/// <summary>The working copy the running tests were built from.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that holds Platform.sln; null when the tests were copied away from it.</summary>
    public static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
                return folder.FullName;
        }

        return null;
    }
}
