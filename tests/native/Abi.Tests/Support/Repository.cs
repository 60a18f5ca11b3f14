namespace IronCage.Abi.Tests.Support;

/// <summary>Files of the working tree that the library was built from.</summary>
internal static class Repository
{
    // Looked for on disk: a compiler's file names are rewritten where builds are deterministic (ContinuousIntegrationBuild).
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string Header { get; } = File.ReadAllText(Path.Combine(Root, "native/abi/ironcage.h"));

    public static string[] Symbols { get; } = File.ReadAllLines(Path.Combine(Root, "native/abi/ironcage.symbols.txt"));

    public static IEnumerable<string> Exports => Directory.EnumerateFiles(Path.Combine(Root, "native/IronCage.Abi/Exports"), "*.cs");

    private static string Find(string from)
    {
        for (var directory = new DirectoryInfo(from); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "IronCage.Native.sln")))
                return directory.FullName;
        }
        throw new DirectoryNotFoundException($"no IronCage.Native.sln above {from}");
    }
}
