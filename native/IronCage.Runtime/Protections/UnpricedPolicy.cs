namespace IronCage.Runtime.Protections;

/// <summary>What happens to a call whose price is unknown.</summary>
public enum UnpricedPolicy
{
    /// <summary>Refused with UnpricedModel.</summary>
    Deny = 0,

    /// <summary>Goes, is counted, costs nothing in the report, and warns.</summary>
    Warn = 1,

    /// <summary>Charged at the price that the user gave.</summary>
    Assume = 2,
}
