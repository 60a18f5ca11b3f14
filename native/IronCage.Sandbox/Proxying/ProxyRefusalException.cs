namespace IronCage.Sandbox.Proxying;

/// <summary>A request that the proxy does not do.</summary>
/// <param name="status">The status of the answer.</param>
/// <param name="reason">Why, for people. Holds nothing that the client sent but a host's name.</param>
/// <param name="target">The host and port that was wanted, for the report; empty where it cannot be told.</param>
internal sealed class ProxyRefusalException(int status, string reason, string target) : Exception(reason)
{
    public int Status { get; } = status;

    public string Target { get; } = target;
}
