namespace IronCage.Sandbox.Seccomp;

/// <summary>Why the supervisor is asked about a system call (SECCOMP_RET_USER_NOTIF).</summary>
public enum NotifyPurpose
{
    /// <summary>It is not.</summary>
    None,
    /// <summary>execve: the first is held while limits are set; all are continued. Nothing is decided by it.</summary>
    Exec,
    /// <summary>A new process: counted against max_processes, then continued, or EAGAIN.</summary>
    NewProcess,
    /// <summary>Modes, owners, times, attributes of files: done by the supervisor below <see cref="Policy.CompiledPolicy.ChangeRoots"/>; never continued.</summary>
    FileChange,
    /// <summary>A process or thread id that is not 0: continued where it is one of the same tree, else EPERM. The id is in a register, so no race changes it.</summary>
    TreeProcess,
    /// <summary>listen: done by the supervisor on its own copy of the descriptor, where it is bound to a port of <see cref="Policy.NetworkPolicy.Bind"/>; never continued.</summary>
    Listen,
    /// <summary>connect: done by the supervisor on its own copy of the descriptor, to the proxy of <see cref="Policy.SandboxPolicy.Domains"/> and to nothing else; never continued.</summary>
    ConnectProxy,
    /// <summary>A signal, where Landlock has no scope for them: sent by the supervisor to processes of the same tree; continued only where it goes to the caller's own process.</summary>
    Signal,
}
