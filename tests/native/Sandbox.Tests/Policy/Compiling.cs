using System.Text;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Landlock;
using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Tests.Policy;

/// <summary>Kernels and policies in a line.</summary>
internal static class Compiling
{
    public static HostFacts Host { get; } = new() { InterpreterPrefixes = ["/home/a/venv"], Environment = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("HOME", "/home/a").Add("SECRET", "s").Add("LANG", "de") };

    /// <summary>A kernel of an ABI with all else.</summary>
    public static KernelSupport Kernel(int abi = 7, CpuArchitecture architecture = CpuArchitecture.X64) => new()
    {
        Architecture = architecture,
        Release = "6.18.0",
        LandlockAbi = abi,
        LandlockFs = LandlockTable.FsOf(abi),
        LandlockNet = LandlockTable.NetOf(abi),
        LandlockScopes = LandlockTable.ScopesOf(abi),
        LandlockRestrictFlags = LandlockTable.RestrictFlagsOf(abi),
        SeccompFilters = true,
        SeccompNotifications = true,
        SeccompSizes = (80, 24, 64),
        ProcessDescriptors = true,
        OpenBeneath = true,
        CloseRange = true,
        UserId = 1000,
    };

    public static SandboxPolicy Read(string json) => PolicyReader.Read(Encoding.UTF8.GetBytes(json));

    public static CompiledPolicy Compile(string json, KernelSupport? kernel = null, HostFacts? host = null, params string[] disk) =>
        PolicyCompiler.Compile(Read(json), kernel ?? Kernel(), host ?? Host, MemoryPaths.Debian(disk));
}
