using System.Runtime.CompilerServices;

namespace IronCage.Abi.Tests.Support;

/// <summary>Files of the working tree that the library was built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../../.."));

    public static string Header { get; } = File.ReadAllText(Path.Combine(Root, "native/abi/ironcage.h"));

    public static string[] Symbols { get; } = File.ReadAllLines(Path.Combine(Root, "native/abi/ironcage.symbols.txt"));

    public static IEnumerable<string> Exports => Directory.EnumerateFiles(Path.Combine(Root, "native/IronCage.Abi/Exports"), "*.cs");

    private static string Here([CallerFilePath] string path = "") => path;
}
