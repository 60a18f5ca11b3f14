namespace IronCage.Abi.Boundary;

/// <summary>The numbers of <c>IRONCAGE_OK</c> and <c>IRONCAGE_E_*</c>, fixed for ever.</summary>
internal static class Status
{
    public const int Ok = 0;
    public const int Internal = -1;
    public const int Argument = -2;
    public const int Handle = -3;
    public const int Config = -4;
    public const int State = -5;
    public const int NotFound = -6;
    public const int Sequence = -7;
    public const int Pending = -8;
    public const int Unsupported = -9;
}
