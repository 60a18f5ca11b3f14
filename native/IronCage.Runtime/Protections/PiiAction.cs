namespace IronCage.Runtime.Protections;

/// <summary>What happens to a finding in traffic, in order of severity (what is left of the value for others): of several protections the severest decides.</summary>
public enum PiiAction
{
    /// <summary>Found by <c>scan</c>, left alone and unreported in traffic.</summary>
    Ignore = 0,

    /// <summary>Reported, left as it is.</summary>
    Warn = 1,

    /// <summary>Letters and digits become '*', except the last four.</summary>
    Mask = 2,

    /// <summary>Replaced by a token, such as <c>[EMAIL_KJ7Q2ZP4M0XNT5WA]</c>, that only we can turn back.</summary>
    Tokenise = 3,

    /// <summary>Replaced by a keyed hash, such as <c>[EMAIL_HASH_KJ7Q2ZP4M0XNT5WA]</c>, that nobody can turn back.</summary>
    Hash = 4,

    /// <summary>Replaced by its stable form, such as <c>[EMAIL_REDACTED]</c>.</summary>
    Redact = 5,

    /// <summary>The call is refused; output is not handed on.</summary>
    Block = 6,
}
