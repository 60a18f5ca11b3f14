namespace IronCage.Sandbox.Kernel;

/// <summary>Numbers of errno, the same on x86-64 and arm64 (errno(3)).</summary>
internal static class Errors
{
    public const int NotPermitted = 1;
    public const int NotFound = 2;
    public const int NoProcess = 3;
    public const int Interrupted = 4;
    public const int TooLong = 7;
    public const int NotExecutable = 8;
    public const int BadDescriptor = 9;
    public const int NoChild = 10;
    public const int Again = 11;
    public const int NoMemory = 12;
    public const int AccessDenied = 13;
    public const int BadAddress = 14;
    public const int CrossDevice = 18;
    public const int NotDirectory = 20;
    public const int Invalid = 22;
    public const int NotImplemented = 38;
    public const int NotSupported = 95;
    public const int Refused = 111;
    public const int InProgress = 115;

    /// <summary>The text of a number, without the culture of the host.</summary>
    public static string Text(int errno) => errno switch
    {
        NotPermitted => "operation not permitted (EPERM)",
        NotFound => "no such file or directory (ENOENT)",
        NoProcess => "no such process (ESRCH)",
        TooLong => "arguments and environment are too long (E2BIG)",
        NotExecutable => "not a program that the kernel can run (ENOEXEC)",
        Again => "a limit is reached, try later (EAGAIN)",
        NoMemory => "out of memory (ENOMEM)",
        AccessDenied => "permission denied (EACCES)",
        NotDirectory => "not a directory (ENOTDIR)",
        Invalid => "invalid argument (EINVAL)",
        NotImplemented => "this kernel does not have it (ENOSYS)",
        NotSupported => "not supported (EOPNOTSUPP)",
        23 => "too many open files in the system (ENFILE)",
        24 => "too many open files (EMFILE)",
        _ => $"errno {errno}",
    };
}
