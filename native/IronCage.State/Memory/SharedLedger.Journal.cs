namespace IronCage.State;

/// <summary>How a change is written so that it is made, or not, wherever its process dies.</summary>
internal sealed unsafe partial class SharedLedger
{
    /// <summary>In <see cref="LedgerLayout.PendingOwner"/>: no owner's holds change.</summary>
    private const int NoOwner = -1;

    /// <summary>Called between the writes of a change. Only tests set it, who let the thread die there: in the library, where nobody does, the compiler leaves it out.</summary>
    internal static Action? Wrote { get; set; }

    private void Change(int owner, long spent, long held, long ownerHeld) => Change(owner, spent, held, ownerHeld, _at->Extra, _at->PeriodStart, _at->PeriodEnd);

    /// <summary>Writes down what will be, then makes it so.</summary>
    private void Change(int owner, long spent, long held, long ownerHeld, long extra, long start, long end)
    {
        Put(ref _at->PendingOwner, owner);
        Put(ref _at->PendingSpent, spent);
        Put(ref _at->PendingHeld, held);
        Put(ref _at->PendingOwnerHeld, ownerHeld);
        Put(ref _at->PendingExtra, extra);
        Put(ref _at->PendingStart, start);
        Put(ref _at->PendingEnd, end);
        Put(ref _at->Pending, 1);
        Finish();
    }

    private void Finish()
    {
        if (Volatile.Read(ref _at->Pending) == 0)
            return;
        Put(ref _at->Spent, _at->PendingSpent);
        Put(ref _at->Held, _at->PendingHeld);
        if (_at->PendingOwner != NoOwner)
            Put(ref _owners[_at->PendingOwner].Held, _at->PendingOwnerHeld);
        Put(ref _at->Extra, _at->PendingExtra);
        Put(ref _at->PeriodStart, _at->PendingStart);
        Put(ref _at->PeriodEnd, _at->PendingEnd);
        Put(ref _at->Version, _at->Version + 1);
        Put(ref _at->Pending, 0);
    }

    private static void Put(ref long at, long value)
    {
        Volatile.Write(ref at, value);
        Wrote?.Invoke();
    }

    private static void Put(ref int at, int value)
    {
        Volatile.Write(ref at, value);
        Wrote?.Invoke();
    }
}
