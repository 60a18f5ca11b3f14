namespace IronCage.Core.Audit;

/// <summary>What is wrong with a chain at its first entry that does not fit.</summary>
public enum AuditFaultKind
{
    /// <summary>The entry, its hash, or the hash kept of it elsewhere is another than it was.</summary>
    Changed,

    /// <summary>Entries before it are missing.</summary>
    Removed,

    /// <summary>It was not written by the store.</summary>
    Inserted,

    /// <summary>It belongs elsewhere in the chain.</summary>
    Reordered,

    /// <summary>Entries are missing at the end.</summary>
    Truncated,
}
