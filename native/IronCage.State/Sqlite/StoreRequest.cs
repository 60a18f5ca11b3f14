namespace IronCage.State;

/// <summary>Work for the next transaction that somebody waits for.</summary>
internal abstract class StoreRequest
{
    /// <summary>Runs inside the transaction.</summary>
    public abstract void Run(LedgerTransaction transaction);

    /// <summary>The transaction is durable.</summary>
    public abstract void Complete();

    /// <summary>It is not.</summary>
    public abstract void Fail(Exception error);
}
