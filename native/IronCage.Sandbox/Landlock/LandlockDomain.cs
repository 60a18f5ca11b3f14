using System.Collections.Immutable;

namespace IronCage.Sandbox.Landlock;

/// <summary>A ruleset as plain data. What is handled is denied unless a rule grants it.</summary>
public sealed record LandlockDomain
{
    /// <summary>The ABI it was made for.</summary>
    public required int Abi { get; init; }

    /// <summary>Rights on files that are handled: all that the kernel has.</summary>
    public required FsRights HandledFs { get; init; }

    /// <summary>Rights on ports that are handled.</summary>
    public required NetRights HandledNet { get; init; }

    /// <summary>What does not reach beyond the domain.</summary>
    public required Scopes Scoped { get; init; }

    /// <summary>Flags for landlock_restrict_self, without <see cref="RestrictFlags.ThreadSync"/>, which only the with-block needs.</summary>
    public RestrictFlags RestrictFlags { get; init; }

    /// <summary>Rights at paths, one rule a path.</summary>
    public ImmutableArray<PathRule> PathRules { get; init; } = [];

    /// <summary>Rights on ports, one rule a port.</summary>
    public ImmutableArray<PortRule> PortRules { get; init; } = [];
}
