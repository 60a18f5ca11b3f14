namespace IronCage.Lang.Hosts;

/// <summary>Where a request goes: the protocol of its host and the endpoint of its path. <see cref="Host"/> is <c>host[:port]</c> in lower case, the port only when the URL has one.</summary>
public readonly record struct Target(LlmProtocol Protocol, Endpoint Endpoint, string Host)
{
    /// <summary>Reads what is sent there; null where nobody does.</summary>
    public LlmWire? Wire { get; init; }
}
