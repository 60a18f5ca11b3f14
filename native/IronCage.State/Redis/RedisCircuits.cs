namespace IronCage.State;

/// <summary>The circuits that the users of a namespace share. Every batch asks what is new of them.</summary>
internal sealed class RedisCircuits(RedisLedger ledger, string name, TimeProvider clock) : CircuitBoard(name, clock)
{
    private int _hasAsked;

    protected override Task WriteAsync(IReadOnlyCollection<CircuitPost> posts)
    {
        if (posts.Count == 0 && Interlocked.Exchange(ref _hasAsked, 1) != 0)
            return Task.CompletedTask; // the heartbeat is a batch itself
        return ledger.Request(steps =>
        {
            foreach (var post in posts)
            {
                // The server's clock may be another: how long it still refuses is the same everywhere.
                var time = post.What == CircuitChange.Opened ? Math.Max(0, post.Until - Now) : 0;
                steps.AddRange(["T", post.By, post.Key, RedisBatch.Text((long)post.What), RedisBatch.Text(time)]);
            }
        }, static _ => true);
    }

    protected override Task<bool> ProbeAsync(string by, string key, long lease) =>
        ledger.Request(steps => steps.AddRange(["Q", by, key, RedisBatch.Text(lease)]), static reply => reply.Text() == "1");
}
