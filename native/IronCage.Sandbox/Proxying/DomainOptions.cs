using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Proxying;

/// <summary>Reads the options allowed_domains and extra_hosts.</summary>
internal static class DomainOptions
{
    /// <summary>Names: a list of entries (<see cref="DomainRule.Parse"/>).</summary>
    public static ImmutableArray<DomainRule> Allowed(JsonElement value, string option)
    {
        var texts = PolicyValues.Texts(value, option);
        if (texts.IsEmpty)
            throw new PolicyException(option, "must have at least one name; without the option there is no network at all");
        return [.. texts.Select((text, place) => DomainRule.Parse(text, $"{option}[{place}]"))];
    }

    /// <summary>Addresses by name: an object of an address, or a list of them.</summary>
    public static ImmutableSortedDictionary<string, ImmutableArray<IPAddress>> Hosts(JsonElement value, string option)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw new PolicyException(option, "must be an object of names and addresses");
        var hosts = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<IPAddress>>(StringComparer.Ordinal);
        foreach (var host in value.EnumerateObject())
        {
            var place = $"{option}[{host.Name}]";
            if (!DomainName.TryNormalise(host.Name, out var name))
                throw new PolicyException(place, "is no host name");
            ImmutableArray<string> addresses = host.Value.ValueKind == JsonValueKind.String ? [PolicyValues.Text(host.Value, place)] : PolicyValues.Texts(host.Value, place);
            if (addresses.IsEmpty)
                throw new PolicyException(place, "must have at least one address");
            hosts[name] = [.. addresses.Select(text => Address(text, place))];
        }
        return hosts.ToImmutable();
    }

    /// <summary>Puts the options together.</summary>
    /// <param name="policy">With both read.</param>
    /// <param name="networkIsGiven">Whether allow_network was given, not only by a preset.</param>
    /// <exception cref="PolicyException">They contradict each other.</exception>
    public static SandboxPolicy Settle(SandboxPolicy policy, bool networkIsGiven)
    {
        if (policy.Domains.IsNone)
            return policy.Domains.Hosts.IsEmpty ? policy : throw new PolicyException("extra_hosts", "gives addresses of names, but no allowed_domains allow any");
        if (policy.Network.IsOff)
            return policy;
        return networkIsGiven
            ? throw new PolicyException("allowed_domains", "contradicts allow_network: with ports open, every address could be connected to past the list of names. Leave allow_network out")
            : policy with { Network = NetworkPolicy.Off };
    }

    private static IPAddress Address(string text, string place) =>
        // IPAddress reads "1" as 0.0.0.1; what is written is what is meant.
        IPAddress.TryParse(text, out var address) && address.ScopeIdIsZero() && (text.Contains(':', StringComparison.Ordinal) || text == address.ToString())
            ? address
            : throw new PolicyException(place, "must be an IPv4 or IPv6 address");

    private static bool ScopeIdIsZero(this IPAddress address) => address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6 || address.ScopeId == 0;
}
