namespace IronCage.Runtime.Protections;

/// <summary>What happens to a finding in traffic, in order of severity: of several protections the severest decides.</summary>
public enum PiiAction
{
    /// <summary>Found by <c>scan</c>, left alone and unreported in traffic.</summary>
    Ignore = 0,

    /// <summary>Reported, left as it is.</summary>
    Warn = 1,

    /// <summary>Letters and digits become '*', except the last four.</summary>
    Mask = 2,

    /// <summary>Replaced by its stable form, such as <c>[EMAIL_REDACTED]</c>.</summary>
    Redact = 3,

    /// <summary>The call is refused; output is not handed on.</summary>
    Block = 4,
}
