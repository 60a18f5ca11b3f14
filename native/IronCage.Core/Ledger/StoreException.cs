namespace IronCage.Core.Ledger;

/// <summary>The store cannot be reached, is locked, full, read-only or damaged. The message names the store and the next step, never content.</summary>
public sealed class StoreException : Exception
{
    public StoreException(string message) : base(message) { }
    public StoreException(string message, Exception inner) : base(message, inner) { }
}
