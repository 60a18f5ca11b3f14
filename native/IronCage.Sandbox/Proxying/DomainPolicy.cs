using System.Collections.Immutable;
using System.Net;

namespace IronCage.Sandbox.Proxying;

/// <summary>What a sandbox may reach by name. The default is nothing.</summary>
public sealed record DomainPolicy
{
    /// <summary>No name at all: there is no proxy.</summary>
    public static DomainPolicy None { get; } = new();

    /// <summary>Names that may be connected to.</summary>
    public ImmutableArray<DomainRule> Allowed { get; init; } = [];

    /// <summary>Addresses of names, instead of what a resolver says. An address that is given here may be a private one.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<IPAddress>> Hosts { get; init; } = ImmutableSortedDictionary.Create<string, ImmutableArray<IPAddress>>(StringComparer.Ordinal);

    /// <summary>Whether there is no proxy.</summary>
    public bool IsNone => Allowed.IsEmpty;

    /// <summary>Whether a normal name (<see cref="DomainName"/>) may be connected to at a port.</summary>
    public bool Allows(string name, int port) => Allowed.Any(rule => rule.Allows(name, port));
}
