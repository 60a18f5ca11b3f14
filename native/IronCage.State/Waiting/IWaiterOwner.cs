using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>The account a waiter waits in.</summary>
internal interface IWaiterOwner
{
    /// <summary>The waiter's time is up or its caller gave up. The owner takes it out of the queue, unless its fate is already decided.</summary>
    void GiveUp(Waiter waiter, HoldStatus why);
}
