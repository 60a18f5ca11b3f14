using System.Globalization;
using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>What is read beside the batches.</summary>
internal sealed partial class RedisLedger
{
    public async Task<IReadOnlyList<BudgetEvent>> History(RedisAccount account, int most)
    {
        var answer = await Ask(command => _link.Send(["LRANGE", _prefix + "e:" + account.Name, "0", RedisBatch.Text(most - 1)], command)).ConfigureAwait(false);
        return [.. answer.Select(static item => EventOf((string)item!))];
    }

    public async Task<Overruns> Overruns(RedisAccount account, int most)
    {
        await Flush().ConfigureAwait(false);
        var sums = await Ask(command => _link.Send(["HMGET", _prefix + "over:" + account.Name, "count", "above"], command)).ConfigureAwait(false);
        var newest = await Ask(command => _link.Send(["LRANGE", _prefix + "overruns:" + account.Name, "0", RedisBatch.Text(most - 1)], command)).ConfigureAwait(false);
        return new Overruns(NumberOf(sums[0]), new Core.Money.Picodollars(NumberOf(sums[1])), [.. newest.Select(static item => RedisBatch.DecodeOverrun((string)item!))]);

        static long NumberOf(object? text) => text is string number ? long.Parse(number, CultureInfo.InvariantCulture) : 0;
    }

    public async Task<IReadOnlyList<SpendLine>> Spend(DateTimeOffset? from, DateTimeOffset? until)
    {
        await Flush().ConfigureAwait(false);
        var first = from is { } f ? RedisBatch.Text(SpendSum.HourOf(f)) : "-inf";
        var end = until is { } u ? RedisBatch.Text(SpendSum.HourOf(u)) : "+inf";
        return RedisSpend.Read(await Ask(command => _link.SendSpend([_prefix, first, end], command)).ConfigureAwait(false));
    }

    private static BudgetEvent EventOf(string text)
    {
        var parts = text.Split('|', 4);
        return new BudgetEvent(DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(parts[0], CultureInfo.InvariantCulture)),
            (BudgetEventKind)int.Parse(parts[1], CultureInfo.InvariantCulture),
            parts[2].Length == 0 ? null : new Core.Money.Picodollars(long.Parse(parts[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)), parts[3]);
    }

    /// <summary>Asks something beside the batches.</summary>
    private async Task<object?[]> Ask(Func<RedisCommand, bool> send)
    {
        var completion = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!send(new RedisCommand(value => completion.TrySetResult(value), why => completion.TrySetException(why))))
            throw Absence();
        return await completion.Task.WaitAsync(_options.Timeout).ConfigureAwait(false) switch
        {
            object?[] items => items,
            RespError error => throw _faults.Answered(error.Text),
            _ => throw _faults.Confused("neither an array nor an error"),
        };
    }
}
