using System.Collections.Immutable;

namespace IronCage.Sandbox.Policy;

/// <summary>What the host knows and a policy does not say.</summary>
public sealed record HostFacts
{
    /// <summary>Absolute prefixes of the interpreter and its packages (sys.prefix, sys.base_prefix, sys.exec_prefix, and what of sys.path is outside of them): part of the run-time set.</summary>
    public ImmutableArray<string> InterpreterPrefixes { get; init; } = [];

    /// <summary>Absolute files that the launch itself executes (the interpreter of run), granted even where executables are narrowed.</summary>
    public ImmutableArray<string> RequiredExecutables { get; init; } = [];

    /// <summary>The host's environment, of which only what the policy names is taken.</summary>
    public ImmutableDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;
}
