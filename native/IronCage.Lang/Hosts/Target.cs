namespace IronCage.Lang.Hosts;

/// <summary>Where a request goes: the protocol of its host and the endpoint of its path. <see cref="Host"/> is <c>host[:port]</c> in lower case, the port only when the URL has one.</summary>
public readonly record struct Target(LlmProtocol Protocol, Endpoint Endpoint, string Host)
{
    /// <summary>Reads what is sent there; null where nobody does.</summary>
    public LlmWire? Wire { get; init; }

    /// <summary>All that are read at this host, for messages.</summary>
    public IReadOnlyList<LlmWire> Wires { get; init; } = [];

    /// <summary>The URL itself says which model is asked: that in the body does not decide.</summary>
    public bool NamesModel { get; init; }

    /// <summary>The model that the URL asks, in protocols whose bodies do not say it; null otherwise.</summary>
    public string? Model { get; init; }
}
