using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>A command whose answer somebody waits for. The callbacks run on the connection's thread: they return soon, and do not throw.</summary>
/// <param name="Answered">Takes the answer.</param>
/// <param name="Lost">The connection broke before there was one; null where the caller learns it in another way.</param>
internal sealed record RedisCommand(Action<object?> Answered, Action<StoreException>? Lost);
