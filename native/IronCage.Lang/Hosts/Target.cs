namespace IronCage.Lang.Hosts;

/// <summary>Where a request goes: the protocol of its host and the endpoint of its path. <see cref="Host"/> is <c>host[:port]</c> in lower case, the port only when the URL has one.</summary>
/// <param name="Protocol">Of the host.</param>
/// <param name="Endpoint">Of the path.</param>
/// <param name="Host">As it is asked.</param>
/// <param name="NamesModel">The URL itself says which model is asked: that in the body does not decide.</param>
public readonly record struct Target(LlmProtocol Protocol, Endpoint Endpoint, string Host, bool NamesModel = false);
