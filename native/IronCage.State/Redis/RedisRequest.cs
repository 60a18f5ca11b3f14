using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>Something that the next batch does and that somebody waits for.</summary>
internal abstract class RedisRequest
{
    /// <summary>Adds its steps to a batch.</summary>
    public abstract void Write(List<string> steps);

    /// <summary>Reads what they answered. Under the ledger's lock, and before it knows the new figures.</summary>
    public abstract void Read(ReplyCursor reply);

    /// <summary>Makes the result of the new figures. Under the ledger's lock.</summary>
    public abstract void Conclude(IReadOnlyDictionary<string, RedisRow> rows);

    /// <summary>Tells the caller. Without the lock.</summary>
    public abstract void Complete();

    /// <summary>It is not known whether it was done.</summary>
    public abstract void Fail(StoreException error);
}
