namespace IronCage.Sandbox.Seccomp;

/// <summary>What becomes of a system call, and how.</summary>
/// <param name="Kind">What becomes of it.</param>
/// <param name="ErrorNumber">The error of <see cref="FilterActionKind.Errno"/>, 1 to 4,095; else 0.</param>
/// <param name="Purpose">Why the supervisor is asked; else <see cref="NotifyPurpose.None"/>.</param>
public readonly record struct FilterAction(FilterActionKind Kind, ushort ErrorNumber, NotifyPurpose Purpose)
{
    /// <summary>Made.</summary>
    public static FilterAction Allow => new(FilterActionKind.Allow, 0, NotifyPurpose.None);

    /// <summary>The process is ended.</summary>
    public static FilterAction Kill => new(FilterActionKind.KillProcess, 0, NotifyPurpose.None);

    /// <summary>Fails with an error.</summary>
    public static FilterAction Error(ushort number) => new(FilterActionKind.Errno, number, NotifyPurpose.None);

    /// <summary>The supervisor is asked.</summary>
    public static FilterAction Notify(NotifyPurpose purpose) => new(FilterActionKind.Notify, 0, purpose);
}
