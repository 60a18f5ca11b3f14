namespace IronCage.State;

/// <summary>A budget as the server has it at the end of a batch.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parent">Of the one above; empty for none.</param>
/// <param name="Limit">Without top-ups.</param>
/// <param name="Extra">Top-ups of the current window.</param>
/// <param name="Spent">Told by all processes.</param>
/// <param name="Held">The leases of all processes.</param>
/// <param name="IsFrozen">Nothing is granted.</param>
/// <param name="Window">Text of the window.</param>
/// <param name="Zone">Its zone.</param>
/// <param name="Start">Of the current one, in milliseconds since 1970 UTC.</param>
/// <param name="End">Of the current one; null for a total one.</param>
/// <param name="WantedUntil">Until when somebody waits for money of this tree; as far as known.</param>
internal sealed record RedisRow(
    string Name, string Parent, long? Limit, long Extra, long Spent, long Held, bool IsFrozen, string Window, string Zone, long Start, long? End, long WantedUntil)
{
    public static RedisRow Read(ReplyCursor reply) => new(reply.Text(), reply.Text(), reply.NumberOrNone(), reply.Number(), reply.Number(), reply.Number(), reply.Text() == "1",
        reply.Text(), reply.Text(), reply.Number(), reply.NumberOrNone(), reply.Number());
}
