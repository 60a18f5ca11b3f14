namespace IronCage.Sandbox.Seccomp;

/// <summary>Errors that denied calls fail with (include/uapi/asm-generic/errno*.h).</summary>
internal static class ErrorNumbers
{
    /// <summary>EPERM: not for this process, whatever its arguments.</summary>
    public const ushort NotPermitted = 1;

    /// <summary>EACCES: this file, port or socket is not granted.</summary>
    public const ushort NoAccess = 13;

    /// <summary>ENOSYS: libraries go on with an older call.</summary>
    public const ushort NoSuchCall = 38;
}
