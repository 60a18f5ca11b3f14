using System.Collections.Immutable;

namespace IronCage.Sandbox.Policy;

/// <summary>Which ports may be used: none (the default value), some, or any.</summary>
/// <param name="Any">Every port; <paramref name="Ports"/> is empty then.</param>
/// <param name="Ports">The ports, ascending and once each, 1 to 65,535.</param>
public sealed record PortSet(bool Any, ImmutableArray<ushort> Ports)
{
    /// <summary>No port.</summary>
    public static PortSet None { get; } = new(false, []);

    /// <summary>Every port.</summary>
    public static PortSet All { get; } = new(true, []);

    /// <summary>Whether no port may be used.</summary>
    public bool IsEmpty => !Any && Ports.IsEmpty;

    /// <summary>These ports.</summary>
    public static PortSet Of(params IEnumerable<ushort> ports) => new(false, [.. ports.Distinct().Order()]);

    /// <summary>Whether a port may be used.</summary>
    public bool Contains(ushort port) => Any || Ports.BinarySearch(port) >= 0;

    /// <inheritdoc/>
    public bool Equals(PortSet? other) => other is not null && Any == other.Any && Ports.AsSpan().SequenceEqual(other.Ports.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Ports.Aggregate(Any ? 1 : 0, HashCode.Combine);

    /// <summary>"none", "any", or the ports with commas.</summary>
    public override string ToString() => Any ? "any" : Ports.IsEmpty ? "none" : string.Join(", ", Ports);
}
