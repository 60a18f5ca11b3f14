using System.Globalization;
using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Proxying;

/// <summary>An entry of allowed_domains.</summary>
/// <param name="Name">A normal name (<see cref="DomainName"/>).</param>
/// <param name="Subdomains">Whether the names below it are meant instead of the name itself ("*.example.org").</param>
/// <param name="Port">The port; null: 443 and 80.</param>
public readonly record struct DomainRule(string Name, bool Subdomains, ushort? Port)
{
    /// <summary>Reads "api.example.org", "*.example.org" or "api.example.org:8443".</summary>
    /// <param name="text">The entry.</param>
    /// <param name="option">What it is called in errors.</param>
    /// <exception cref="PolicyException">It is none of these.</exception>
    public static DomainRule Parse(string text, string option)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rest = text;
        ushort? port = null;
        var colon = rest.LastIndexOf(':');
        if (colon >= 0 && rest.IndexOf(':', StringComparison.Ordinal) == colon)
        {
            if (!ushort.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
                throw new PolicyException(option, "has a port that is not 1 to 65535");
            port = number;
            rest = rest[..colon];
        }
        var subdomains = rest.StartsWith("*.", StringComparison.Ordinal);
        if (subdomains)
            rest = rest[2..];
        if (!DomainName.TryNormalise(rest, out var name))
            throw new PolicyException(option, "must be a host name, \"*.\" and a host name, either with \":\" and a port or without; no address, no scheme and no path");
        if (subdomains && !name.Contains('.', StringComparison.Ordinal))
            throw new PolicyException(option, "would allow every name below a top-level domain; name at least two labels after the \"*\"");
        return new DomainRule(name, subdomains, port);
    }

    /// <summary>As it is written in the option.</summary>
    public override string ToString() => (Subdomains ? "*." : "") + Name + (Port is { } port ? string.Create(CultureInfo.InvariantCulture, $":{port}") : "");

    /// <summary>Whether it allows a normal name and a port.</summary>
    public bool Allows(string name, int port)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Port is { } only ? port != only : port is not (80 or 443))
            return false;
        return Subdomains
            ? name.Length > Name.Length + 1 && name.EndsWith(Name, StringComparison.Ordinal) && name[name.Length - Name.Length - 1] == '.'
            : name == Name;
    }
}
