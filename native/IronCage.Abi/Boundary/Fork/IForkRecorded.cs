namespace IronCage.Abi.Boundary.Fork;

/// <summary>Something in the handle table that forked children can go on with.</summary>
internal interface IForkRecorded
{
    /// <summary>Null for what belongs to its process alone.</summary>
    ForkRecord? Record { get; }
}
