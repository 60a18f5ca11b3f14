using System.Collections.Immutable;
using IronCage.Sandbox.Proxying;

namespace IronCage.Sandbox.Policy;

/// <summary>
/// What the user asked for, in absolute paths and plain units. <see cref="PolicyReader"/> makes one of JSON and checks every range;
/// <see cref="PolicyCompiler"/> makes of it what the kernel is told.
/// </summary>
public sealed record SandboxPolicy
{
    /// <summary>Files and trees that may be read, written, created and removed, not executed (<see cref="ExecutablePaths"/>). The first directory is the working directory.</summary>
    public ImmutableArray<string> AllowedPaths { get; init; } = [];

    /// <summary>Files and trees that may be read.</summary>
    public ImmutableArray<string> ReadOnlyPaths { get; init; } = [];

    /// <summary>Files and trees that may be read and executed, besides the run-time set. One that is in <see cref="AllowedPaths"/> too may be written and executed.</summary>
    public ImmutableArray<string> ExecutablePaths { get; init; } = [];

    /// <summary>Paths that nothing may grant: a policy that would is refused. It takes nothing away, as Landlock cannot.</summary>
    public ImmutableArray<string> DeniedPaths { get; init; } = [];

    /// <summary>
    /// What may be executed, instead of all of the run-time set: absolute files and trees, or names that are looked up in the PATH of the sandbox.
    /// Null (the default) narrows nothing; empty lets no program start.
    /// </summary>
    public ImmutableArray<string>? Executables { get; init; }

    /// <summary>More of <see cref="Executables"/>, left out where they are not there: presets name tools that not every machine has.</summary>
    public ImmutableArray<string> ExecutablesIfPresent { get; init; } = [];

    /// <summary>Files and trees that may be read and executed instead of the declared run-time set (<see cref="Landlock.RuntimeSet"/>). Null: the declared one.</summary>
    public ImmutableArray<string>? RuntimePaths { get; init; }

    /// <summary>Memory of the whole tree of processes, in bytes, and address space of each. 16 MiB to 1 TiB; null: no limit.</summary>
    public long? MaxMemoryBytes { get; init; }

    /// <summary>CPU time of the whole tree, in seconds. 1 to 31,536,000; null: no limit.</summary>
    public int? MaxCpuSeconds { get; init; }

    /// <summary>Processes that may be alive at once, the first one counted. 1 to 32,768; null: no limit.</summary>
    public int? MaxProcesses { get; init; }

    /// <summary>Open descriptors of each process. 16 to 1,048,576; null: no limit of ours.</summary>
    public int? MaxOpenFiles { get; init; }

    /// <summary>Size of each file that is written, in bytes. 1 MiB to 1 TiB; null: no limit.</summary>
    public long? MaxFileSizeBytes { get; init; }

    /// <summary>Wall time after which the tree is ended. Above 0 to 31,536,000 s; null: no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>What the network may be used for. Default: nothing.</summary>
    public NetworkPolicy Network { get; init; } = NetworkPolicy.Off;

    /// <summary>Names that may be connected to through the proxy of the sandbox, with the network off otherwise. Default: none.</summary>
    public DomainPolicy Domains { get; init; } = DomainPolicy.None;

    /// <summary>Variables of the environment, by name.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Names of the host's variables that are handed on where the host has them.</summary>
    public ImmutableArray<string> KeepEnvironment { get; init; } = [];

    /// <summary>Whether to go on where something cannot be enforced, and name it, instead of refusing. Default false.</summary>
    public bool BestEffort { get; init; }

    /// <summary>The newest ABI of Landlock that is used, so that a policy can be tried as an older kernel would hold it. 0 (none) to 10; null: the kernel's own. It takes protection away, and adds none.</summary>
    public int? LandlockAbi { get; init; }

    /// <summary>The preset that the policy began with, or null.</summary>
    public string? Preset { get; init; }
}
