namespace IronCage.Sandbox.Landlock;

/// <summary>Flags of landlock_restrict_self (LANDLOCK_RESTRICT_SELF_*).</summary>
[Flags]
public enum RestrictFlags : uint
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>Log no denials of the program that restricts itself (ABI 7).</summary>
    LogSameExecOff = 1u << 0,
    /// <summary>Log denials of programs that are executed later (ABI 7).</summary>
    LogNewExecOn = 1u << 1,
    /// <summary>Log no denials of nested domains (ABI 7).</summary>
    LogSubdomainsOff = 1u << 2,
    /// <summary>Restrict all threads of the process (ABI 8).</summary>
    ThreadSync = 1u << 3,
}
