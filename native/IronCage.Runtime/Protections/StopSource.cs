namespace IronCage.Runtime.Protections;

/// <summary>Who threw a kill switch.</summary>
internal enum StopSource
{
    /// <summary>The host, here or, by way of the store, elsewhere.</summary>
    Hand = 0,

    /// <summary>A file that exists. What the store says does not lift it.</summary>
    File = 1,
}
