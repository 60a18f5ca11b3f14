namespace IronCage.Sandbox.Seccomp;

/// <summary>How an argument is compared.</summary>
public enum ArgumentTest
{
    /// <summary>(argument &amp; mask) is the value.</summary>
    Equal,
    /// <summary>(argument &amp; mask) is not the value.</summary>
    NotEqual,
}
