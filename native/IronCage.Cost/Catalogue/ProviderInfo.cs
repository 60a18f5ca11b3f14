namespace IronCage.Cost;

/// <summary>A provider of the catalogue: who it is, and where it is reached.</summary>
public sealed class ProviderInfo
{
    internal ProviderInfo(string id, string name, string[] hosts, string[] vendorNames, string[] fallbacks)
    {
        Id = id;
        Name = name;
        Hosts = hosts;
        VendorNames = vendorNames;
        Fallbacks = fallbacks;
    }

    /// <summary>The id in price files and reports: <c>"openai"</c>, <c>"aws"</c>.</summary>
    public string Id { get; }

    /// <summary>For people: <c>"AWS Bedrock"</c>.</summary>
    public string Name { get; }

    /// <summary>Its hosts; <c>*</c> stands for any characters, and a path may follow after a slash.</summary>
    public IReadOnlyList<string> Hosts { get; }

    /// <summary>Beginnings of names by which a model is this vendor's own, whoever serves it.</summary>
    internal string[] VendorNames { get; }

    /// <summary>Providers whose models this one serves too, and whose prices stand in where it has none.</summary>
    internal string[] Fallbacks { get; }
}
