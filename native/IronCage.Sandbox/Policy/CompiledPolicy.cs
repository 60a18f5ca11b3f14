using System.Collections.Immutable;
using IronCage.Sandbox.Landlock;
using IronCage.Sandbox.Seccomp;

namespace IronCage.Sandbox.Policy;

/// <summary>A policy as the kernel is told it: plain data, made without a kernel by <see cref="PolicyCompiler"/>.</summary>
public sealed record CompiledPolicy
{
    /// <summary>The ruleset, or null where the kernel has no Landlock (a loss).</summary>
    public LandlockDomain? Landlock { get; init; }

    /// <summary>The filter, or null where the kernel has no seccomp filters (a loss).</summary>
    public SeccompFilter? Filter { get; init; }

    /// <summary>Limits of each process, without the mark of the tree.</summary>
    public ImmutableArray<ResourceLimit> Limits { get; init; } = [];

    /// <summary>Limits of the tree.</summary>
    public TreeLimits Tree { get; init; } = new(null, null, null);

    /// <summary>Wall time after which the tree is ended, or null.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The environment, NAME=VALUE by name, without HOME and TMPDIR unless the user gave them (<see cref="WithPrivateFolder"/>).</summary>
    public ImmutableArray<string> Environment { get; init; } = [];

    /// <summary>The first directory that may be written, without links, or null: then the private folder is the working directory.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Paths below which owners, modes, times and attributes may be changed on behalf of the sandbox, without links.</summary>
    public ImmutableArray<string> ChangeRoots { get; init; } = [];

    /// <summary>What is enforced, and by what.</summary>
    public ImmutableArray<EnforcedItem> Enforced { get; init; } = [];

    /// <summary>What cannot be enforced here.</summary>
    public ImmutableArray<Loss> Losses { get; init; } = [];

    /// <summary>The policy this was made of.</summary>
    public required SandboxPolicy Policy { get; init; }

    /// <summary>Why nothing may be started, naming every loss, or null: nothing is lost, or the user takes the losses (best_effort).</summary>
    public string? Refusal => Losses.IsEmpty || Policy.BestEffort
        ? null
        : $"this kernel cannot enforce {string.Join("; ", Losses.Select(loss => $"{loss.Option} ({loss.Reason})"))}. best_effort=True goes on without, and reports it";

    private static readonly string[] FolderNames = ["HOME", "TMPDIR"];

    /// <summary>The same with a folder of its own, which may be written and is HOME and TMPDIR unless the user set those.</summary>
    /// <param name="path">An absolute path without links.</param>
    public CompiledPolicy WithPrivateFolder(string path)
    {
        var access = LandlockTable.ReadWrite & (Landlock?.HandledFs ?? FsRights.None);
        var given = Environment;
        string[] added = [.. FolderNames.Where(name => !given.Any(line => line.StartsWith(name + "=", StringComparison.Ordinal))).Select(name => $"{name}={path}")];
        return this with
        {
            Landlock = Landlock is { } domain ? domain with { PathRules = domain.PathRules.Add(new PathRule(path, access, PathKind.Directory)) } : null,
            Environment = [.. given.Concat(added).Order(StringComparer.Ordinal)],
            ChangeRoots = ChangeRoots.Add(path),
        };
    }
}
