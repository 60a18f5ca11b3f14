namespace IronCage.Sandbox.Abi.Boundary;

/// <summary>IRONCAGE_SANDBOX_* status numbers, fixed for ever.</summary>
internal static class SandboxStatus
{
    public const int Ok = 0;
    public const int Internal = -1;
    public const int Argument = -2;
    public const int Handle = -3;
    public const int Policy = -4;
    public const int Unsupported = -5;
    public const int NotFound = -6;
    public const int System = -7;
}
