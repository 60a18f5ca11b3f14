namespace IronCage.Safety;

/// <summary>The families of kinds.</summary>
public enum PiiGroup
{
    /// <summary>Personal and financial data known in every country.</summary>
    Personal,

    /// <summary>Numbers that one country issues: identity, tax, health, social security, vehicles.</summary>
    National,

    /// <summary>Credentials.</summary>
    Secret,

    /// <summary>What the user named: patterns, dictionaries and findings of the host.</summary>
    Own,
}
