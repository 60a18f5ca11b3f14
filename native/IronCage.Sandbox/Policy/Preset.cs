using System.Collections.Immutable;

namespace IronCage.Sandbox.Policy;

/// <summary>A policy to begin with, by name. An option that the user gives replaces the preset's, unless the preset is about that option.</summary>
/// <param name="Name">The name.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Policy">The options it sets.</param>
/// <param name="Kept">An option that cannot be changed, as the preset would be none without it; or null.</param>
public sealed record Preset(string Name, string Description, SandboxPolicy Policy, string? Kept)
{
    private const long MiB = 1024 * 1024;

    private static readonly ImmutableArray<string> Locale = ["LANG", "LC_ALL", "LC_CTYPE", "TZ"];

    /// <summary>Every preset.</summary>
    public static ImmutableArray<Preset> All { get; } =
    [
        new("python-agent", "a Python agent that calls models over HTTPS: names are resolved, port 443 may be connected to",
            new SandboxPolicy
            {
                Network = new NetworkPolicy { Connect = PortSet.Of(443), Dns = true },
                MaxMemoryBytes = 1024 * MiB, MaxCpuSeconds = 600, MaxProcesses = 64, MaxOpenFiles = 512, MaxFileSizeBytes = 256 * MiB, Timeout = TimeSpan.FromMinutes(30),
                KeepEnvironment = [.. Locale, "PATH"],
            }, null),
        new("read-only", "reads what read_only_paths names and writes nothing but its private folder", new SandboxPolicy { KeepEnvironment = Locale }, "allowed_paths"),
        new("no-network", "no network, whatever else is allowed", new SandboxPolicy { KeepEnvironment = Locale }, "allow_network"),
        new("shell-tools", "a shell with the tools for texts, files and archives, and git; no other program can be executed",
            new SandboxPolicy
            {
                Executables = [], ExecutablesIfPresent = ShellTools,
                MaxMemoryBytes = 1024 * MiB, MaxCpuSeconds = 300, MaxProcesses = 128, MaxOpenFiles = 256, MaxFileSizeBytes = 256 * MiB, Timeout = TimeSpan.FromMinutes(10),
                KeepEnvironment = Locale,
            }, null),
    ];

    private static ImmutableArray<string> ShellTools =>
    [
        .. ("sh bash dash env test [ true false echo printf printenv cat tac head tail wc sort uniq cut tr paste join comm split csplit nl od hexdump xxd strings seq fold fmt expand column expr "
            + "sed awk mawk gawk grep egrep fgrep find xargs ls cp mv rm mkdir rmdir ln link unlink touch truncate chmod stat file du df readlink realpath basename dirname pwd which "
            + "date sleep timeout nproc uname id whoami tee diff cmp patch md5sum sha1sum sha256sum sha512sum cksum base64 tar gzip gunzip zcat bzip2 bunzip2 xz unxz zstd zip unzip "
            + "jq bc dc mktemp yes nice git").Split(' '),
        "/usr/lib/git-core", "/usr/libexec/git-core", "/usr/libexec/coreutils",
    ];

    /// <summary>The preset of a name.</summary>
    /// <exception cref="PolicyException">There is none; the message tells which there are.</exception>
    public static Preset Named(string name, string option) => All.FirstOrDefault(preset => preset.Name == name)
        ?? throw new PolicyException(option, $"must be one of {string.Join(", ", All.Select(preset => preset.Name))}");

    /// <summary>Refuses a policy that undoes what this preset is about.</summary>
    /// <exception cref="PolicyException">It does.</exception>
    public void Refuse(SandboxPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (Kept == "allowed_paths" && !policy.AllowedPaths.IsEmpty)
            throw new PolicyException(Kept, $"contradicts the preset {Name}, in which nothing can be written; use read_only_paths");
        if (Kept == "allow_network" && !policy.Domains.IsNone)
            throw new PolicyException("allowed_domains", $"contradicts the preset {Name}, in which the network is off");
        if (Kept == "allow_network" && !policy.Network.IsOff)
            throw new PolicyException(Kept, $"contradicts the preset {Name}, in which the network is off");
    }
}
