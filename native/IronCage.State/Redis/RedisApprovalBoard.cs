using System.Globalization;
using IronCage.Core.Control;

namespace IronCage.State;

/// <summary>
/// Uses of tools that wait for approval, in a Redis server: a hash of what waits, id to "until|agent's length|agent request", and one of what was decided, id to "+" or "-why". Thread-safe.
/// </summary>
internal sealed class RedisApprovalBoard(RedisLedger ledger, string prefix, TimeProvider clock) : IApprovalBoard
{
    private readonly ApprovalWaiters _waiters = new();

    private string Waiting => prefix + "approvals";

    private string Decided => prefix + "approved";

    public async ValueTask PostAsync(ApprovalNote note, Action<ApprovalDecision> told)
    {
        _waiters.Add(note.Id, told);
        await ledger.AskBeside<long?>(["HSET", Waiting, note.Id, $"{RedisBatch.Text(note.Until.ToUnixTimeMilliseconds())}|{note.Agent.Length}|{note.Agent}{note.Request}"], static value => value as long?)
            .ConfigureAwait(false);
    }

    public void Remove(string id)
    {
        _waiters.Remove(id);
        Forget(ledger.AskBeside<long?>(["HDEL", Waiting, id], static value => value as long?));
        Forget(ledger.AskBeside<long?>(["HDEL", Decided, id], static value => value as long?));
    }

    public async ValueTask<bool> DecideAsync(ApprovalDecision decision)
    {
        if (!(await ReadAsync().ConfigureAwait(false)).Any(note => note.Id == decision.Id))
            return false;
        var isNew = await ledger.AskBeside<long?>(["HSETNX", Decided, decision.Id, decision.Denied is null ? "+" : "-" + decision.Denied], static value => value as long?).ConfigureAwait(false) == 1;
        if (isNew)
            _waiters.Publish([decision]);
        return isNew;
    }

    public async ValueTask<IReadOnlyList<ApprovalNote>> ReadAsync()
    {
        var decided = (await Pairs(Decided).ConfigureAwait(false)).Select(pair => pair.Key).ToHashSet();
        var now = clock.GetUtcNow();
        List<ApprovalNote> notes = [];
        foreach (var (id, text) in await Pairs(Waiting).ConfigureAwait(false))
        {
            if (text.Split('|', 3) is not [var until, var length, var rest] || !long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var end)
                || !int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size > rest.Length)
                continue;
            var note = new ApprovalNote(id, rest[..size], rest[size..], DateTimeOffset.FromUnixTimeMilliseconds(end));
            if (note.Until < now)
                Remove(id); // its process has died
            else if (!decided.Contains(id))
                notes.Add(note);
        }
        return [.. notes.OrderBy(note => note.Until).ThenBy(note => note.Id, StringComparer.Ordinal)];
    }

    /// <summary>Looks what other processes decided. With the ledger's ticker.</summary>
    public void Look()
    {
        if (_waiters.Any)
            Forget(LookAsync());
    }

    private async Task LookAsync() =>
        _waiters.Publish([.. (await Pairs(Decided).ConfigureAwait(false)).Select(pair => new ApprovalDecision(pair.Key, pair.Value.StartsWith('-') ? pair.Value[1..] : null))]);

    private Task<List<KeyValuePair<string, string>>> Pairs(string key) => ledger.AskBeside<List<KeyValuePair<string, string>>>(["HGETALL", key], static value =>
    {
        if (value is not object?[] items)
            return null;
        List<KeyValuePair<string, string>> pairs = [];
        for (var i = 0; i + 1 < items.Length; i += 2)
        {
            if (items[i] is string name && items[i + 1] is string text)
                pairs.Add(new(name, text));
        }
        return pairs;
    });

    private static void Forget(Task task) =>
        task.ContinueWith(static done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
