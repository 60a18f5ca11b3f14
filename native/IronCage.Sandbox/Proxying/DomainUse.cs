namespace IronCage.Sandbox.Proxying;

/// <summary>How much a name was used. Counts of bytes are of what programs in the sandbox sent and received.</summary>
internal sealed class DomainUse
{
    public long Connections { get; set; }
    public long BytesSent { get; set; }
    public long BytesReceived { get; set; }
}
