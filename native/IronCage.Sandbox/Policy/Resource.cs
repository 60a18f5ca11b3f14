namespace IronCage.Sandbox.Policy;

/// <summary>Limits of a process, with the numbers of x86-64 and arm64 (include/uapi/asm-generic/resource.h).</summary>
public enum Resource
{
    /// <summary>CPU time in seconds: SIGXCPU at the soft limit, SIGKILL at the hard one.</summary>
    Cpu = 0,
    /// <summary>Bytes of a file that is written.</summary>
    FileSize = 1,
    /// <summary>Bytes of private writable memory.</summary>
    Data = 2,
    /// <summary>Bytes of a core dump.</summary>
    Core = 4,
    /// <summary>Processes and threads of the user; does not bind root.</summary>
    Processes = 6,
    /// <summary>One more than the highest descriptor.</summary>
    OpenFiles = 7,
    /// <summary>Bytes of address space.</summary>
    AddressSpace = 9,
    /// <summary>Bytes in POSIX message queues, which are denied: it carries the mark of a tree.</summary>
    MessageQueue = 12,
}
