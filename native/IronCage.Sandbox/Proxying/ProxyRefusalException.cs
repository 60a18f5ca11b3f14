namespace IronCage.Sandbox.Proxying;

/// <summary>A request that the proxy does not do.</summary>
/// <param name="status">The status of the answer.</param>
/// <param name="reason">Why, for people. Holds nothing that the client sent but a host's name.</param>
/// <param name="target">The host and port that was wanted, for the report; empty where it cannot be told.</param>
/// <param name="option">The option that would allow it; empty when none does.</param>
internal sealed class ProxyRefusalException(int status, string reason, string target, string option = "") : Exception(reason)
{
    public string Option { get; } = option;

    public int Status { get; } = status;

    public string Target { get; } = target;
}
