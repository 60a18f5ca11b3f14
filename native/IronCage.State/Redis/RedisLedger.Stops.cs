using System.Globalization;
using IronCage.Core.Audit;
using IronCage.Core.Control;
using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>
/// Agents that were stopped by hand: a hash of the namespace, agent to "when|why". Changed and read beside the batches, on the same connection: so whoever watches is told on its thread,
/// in the order of the server's states.
/// </summary>
internal sealed partial class RedisLedger : IStopBoard
{
    private readonly StopWatchers _stopWatchers = new();

    private string StopsKey => _prefix + "stops";

    public ValueTask<bool> StopAsync(StopMark mark, AuditEntry audit) =>
        ChangeStopsAsync(["HSETNX", StopsKey, mark.Agent, $"{RedisBatch.Text(mark.At.ToUnixTimeMilliseconds())}|{mark.Reason}"], audit);

    public ValueTask<bool> ResumeAsync(string agent, AuditEntry audit) => ChangeStopsAsync(["HDEL", StopsKey, agent], audit);

    public async ValueTask<IReadOnlyList<StopMark>> ReadAsync() => await LookForStops().ConfigureAwait(false);

    public IDisposable Watch(string agent, Action<StopMark?> told)
    {
        var watching = _stopWatchers.Add(agent, told);
        try
        {
            LookForStops().GetAwaiter().GetResult();
        }
        catch
        {
            watching.Dispose();
            throw;
        }
        return watching;
    }

    private async ValueTask<bool> ChangeStopsAsync(string[] command, AuditEntry audit)
    {
        var changing = AskBeside<long?>(command, static value => value as long?);
        var looking = LookForStops();
        if (await changing.ConfigureAwait(false) is not { } changed)
            throw _faults.Confused("no number");
        await looking.ConfigureAwait(false);
        if (changed == 1)
            _append(audit);
        return changed == 1;
    }

    private Task<IReadOnlyList<StopMark>> LookForStops() => AskBeside<IReadOnlyList<StopMark>>(["HGETALL", StopsKey], value =>
    {
        if (value is not object?[] items)
            return null;
        List<StopMark> marks = [];
        for (var i = 0; i + 1 < items.Length; i += 2)
        {
            if (items[i] is string agent && items[i + 1] is string text && text.Split('|', 2) is [var at, var reason] && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var when))
                marks.Add(new StopMark(agent, reason, DateTimeOffset.FromUnixTimeMilliseconds(when)));
        }
        marks.Sort(static (a, b) => string.CompareOrdinal(a.Agent, b.Agent));
        _stopWatchers.Publish(marks);
        return marks;
    });

    /// <summary>With the ticker, while somebody watches. A server that does not answer is told by the next hold, which needs it.</summary>
    private void LookForStopsOfOthers()
    {
        if (_stopWatchers.Any)
            LookForStops().ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Asks something beside the batches.</summary>
    /// <param name="command">The command.</param>
    /// <param name="read">Makes the result of the answer, on the connection's thread; null: that is not one.</param>
    public async Task<T> AskBeside<T>(string[] command, Func<object?, T?> read)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var sent = _link.Send(command, new RedisCommand(
            value =>
            {
                if (value is RespError error)
                    completion.TrySetException(_faults.Answered(error.Text));
                else if (read(value) is { } result)
                    completion.TrySetResult(result);
                else
                    completion.TrySetException(_faults.Confused("another kind of answer"));
            },
            why => completion.TrySetException(why)));
        if (!sent)
            throw Absence();
        try
        {
            return await completion.Task.WaitAsync(_options.Timeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw _faults.Silent();
        }
    }
}
