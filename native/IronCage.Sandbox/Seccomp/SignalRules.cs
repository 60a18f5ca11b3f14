namespace IronCage.Sandbox.Seccomp;

/// <summary>Signals, where Landlock has no scope for them (before ABI 6, Linux 6.12): the supervisor sends them, to processes of the tree and to no others.</summary>
internal static class SignalRules
{
    private static readonly string[] Calls = ["kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal"];

    /// <param name="isScoped">Whether Landlock holds them.</param>
    /// <param name="supervised">Whether a filter can ask a supervisor; else they are a loss.</param>
    public static IEnumerable<FilterRule> Rules(bool isScoped, bool supervised) => isScoped || !supervised
        ? []
        : Calls.Select(call => new FilterRule(call, [], FilterAction.Notify(NotifyPurpose.Signal), "signals to processes outside", null));
}
