namespace IronCage.Runtime.Calls;

/// <summary>What a host can do with a call beside sending it where it was shown to go: the bits of <c>IRONCAGE_CAN_*</c>.</summary>
[Flags]
public enum HostAbilities
{
    None = 0,

    /// <summary>Send it to another path of the same host.</summary>
    OtherPath = 2,

    /// <summary>Send it to another host, with another key.</summary>
    OtherHost = 4,

    /// <summary>Make a second attempt beside the first.</summary>
    Hedge = 8,
}
