namespace IronCage.Abi.Boundary;

/// <summary>The kind in the top byte of a handle.</summary>
internal enum HandleKind : byte
{
    Engine = 1,
    Budget = 2,
    Protection = 3,
    Run = 4,
    Call = 5,
    Scanner = 6,
    Stream = 7,
    Hold = 8,
}
