using System.Runtime.InteropServices;

namespace IronCage.Sandbox.Spawning;

/// <summary>Flags of open(2).</summary>
internal static class Files
{
    public const int ReadWrite = 2;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;
    /// <summary>O_DIRECTORY and O_NOFOLLOW are the two flags that differ on arm64.</summary>
    public static readonly int Directory = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;
    public static readonly int NoFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;
}
