using System.Runtime.InteropServices;
using IronCage.Abi.Boundary;
using IronCage.Runtime.Budgets;
using IronCage.Runtime.Calls;

namespace IronCage.Abi.Exports;

/// <summary>Holds of the host's own.</summary>
internal static unsafe class HoldExports
{
    private const uint NonBlocking = 1;
    private const int LongestWait = 3_600_000;

    [UnmanagedCallersOnly(EntryPoint = "ironcage_hold_new")]
    public static int New(NativeVerdict* result, ulong budget, ulong run, uint flags, long amount, int waitMs, byte* attribution, nuint attributionLength) => Guard.Run(() =>
    {
        Input.Verdict(result);
        if ((flags & ~NonBlocking) != 0)
            throw new AbiException(Status.Argument, "an unknown flag");
        if (waitMs is < 0 or > LongestWait)
            throw new Runtime.ConfigException("wait_ms", $"must be 0 to {LongestWait}");
        var hosted = Handles.Budget(budget);
        var owner = run == 0 ? null : Handles.Run(run);
        if (owner is not null && owner.Host != hosted.Host)
            throw new AbiException(Status.Handle, "the run belongs to another engine");
        var verdict = BudgetHold.Take(hosted.Host.Engine, hosted.Value, owner?.Value, amount, TimeSpan.FromMilliseconds(waitMs), Input.Bytes(attribution, attributionLength),
            (flags & NonBlocking) != 0, out var hold);
        if (hold is not null)
        {
            hold.Handle = HandleTable.Instance.Add(HandleKind.Hold, new Hosted<BudgetHold>(hosted.Host, hold));
            if (verdict.Kind == VerdictKind.Pending)
                hold.TellWhenDecided();
        }
        result->Set(verdict, hold?.Handle ?? 0, hosted.Host.Engine.HasUrgentEvents);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_hold_wait")]
    public static int Wait(NativeVerdict* result, ulong hold, int timeoutMs) => Guard.Run(() =>
    {
        Input.Verdict(result);
        if (timeoutMs < -1)
            throw new AbiException(Status.Argument, "timeout_ms must be -1 or more");
        var hosted = Handles.Hold(hold);
        Verdict verdict;
        try
        {
            verdict = hosted.Value.Wait(timeoutMs);
        }
        catch
        {
            Over(hosted, hold);
            throw;
        }
        if (verdict.Kind == VerdictKind.Refuse)
            Over(hosted, hold);
        else if (verdict.Kind != VerdictKind.Pending)
            hosted.Host.Completions.Forget(hold);
        result->Set(verdict, verdict.Kind == VerdictKind.Refuse ? 0 : hold, hosted.Value.WantsDrain);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_hold_settle")]
    public static int Settle(ulong hold, long actual) => Guard.Run(() => End(hold, actual));

    [UnmanagedCallersOnly(EntryPoint = "ironcage_hold_release")]
    public static int Release(ulong hold) => Guard.Run(() => End(hold, null));

    [UnmanagedCallersOnly(EntryPoint = "ironcage_hold_free")]
    public static int Free(ulong hold) => Guard.Run(() =>
    {
        if (HandleTable.Instance.Remove(HandleKind.Hold, hold) is not Hosted<BudgetHold> hosted)
            return;
        try
        {
            hosted.Value.Free();
        }
        finally
        {
            hosted.Host.Completions.Forget(hold); // after the end: nothing is told any more
        }
    });

    /// <summary>Ends a hold that stands; of several threads one.</summary>
    private static void End(ulong hold, long? actual)
    {
        var hosted = Handles.Hold(hold);
        bool ended;
        try
        {
            ended = actual is { } cost ? hosted.Value.Settle(cost) : hosted.Value.Release();
        }
        catch (InvalidOperationException e)
        {
            throw new AbiException(Status.Pending, e.Message);
        }
        catch (Core.Ledger.StoreException)
        {
            HandleTable.Instance.Remove(HandleKind.Hold, hold);
            throw;
        }
        if (!ended)
            throw new AbiException(Status.Handle, "the hold has ended");
        HandleTable.Instance.Remove(HandleKind.Hold, hold);
    }

    private static void Over(Hosted<BudgetHold> hosted, ulong hold)
    {
        HandleTable.Instance.Remove(HandleKind.Hold, hold);
        hosted.Host.Completions.Forget(hold);
    }
}
