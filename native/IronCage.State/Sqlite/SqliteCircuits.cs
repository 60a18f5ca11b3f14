namespace IronCage.State;

/// <summary>The circuits that the users of an SQLite file share.</summary>
internal sealed class SqliteCircuits(SqliteFile file, string name, TimeProvider clock) : CircuitBoard(name, clock)
{
    protected override async Task WriteAsync(IReadOnlyCollection<CircuitPost> posts)
    {
        if (posts.Count == 0)
        {
            var seen = Seen;
            Learn(await file.Read(transaction => transaction.Circuits.Changed(seen)).ConfigureAwait(false));
            return;
        }
        await file.Request(transaction =>
        {
            foreach (var post in posts)
                transaction.Circuits.Write(post, transaction.Now);
            return true;
        }).ConfigureAwait(false); // the transaction itself brings what is new
    }

    protected override Task<bool> ProbeAsync(string by, string key, long lease) =>
        file.Request(transaction => transaction.Circuits.TryProbe(by, key, lease, transaction.Now));
}
