using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>What a connection tells. All of it on the connection's thread.</summary>
internal interface IRedisListener
{
    /// <summary>The server can be asked.</summary>
    void Connected();

    /// <summary>It cannot, and what was asked last may or may not have been done. Also when an attempt to connect failed.</summary>
    void Disconnected(StoreException why);

    /// <summary>Somebody published something.</summary>
    void Published(string message);
}
