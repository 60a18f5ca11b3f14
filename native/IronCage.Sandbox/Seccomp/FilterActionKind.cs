namespace IronCage.Sandbox.Seccomp;

/// <summary>What becomes of a system call.</summary>
public enum FilterActionKind
{
    /// <summary>It is made.</summary>
    Allow,
    /// <summary>It fails with an error and is not made.</summary>
    Errno,
    /// <summary>The supervisor is asked.</summary>
    Notify,
    /// <summary>The process is ended by SIGSYS.</summary>
    KillProcess,
}
