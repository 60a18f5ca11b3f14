namespace IronCage.Abi.Boundary;

/// <summary>Ends an export with a status and a message; never crosses the boundary.</summary>
internal sealed class AbiException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
