using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>How much of a budget this process has in hand, and what it grants from that.</summary>
internal sealed partial class RedisLedger
{
    /// <summary>The first room of an account, in holds like the one that asked.</summary>
    private const int FirstHolds = 4;

    /// <summary>Room that was used up sooner than this was too small.</summary>
    private const long SoonMilliseconds = 1000;

    /// <summary>A millionth of a dollar: less is not worth having in hand where nothing is used.</summary>
    private const long SmallestTarget = 1_000_000;

    /// <summary>Grants what the lease pays for, if the rules would grant it by the figures that are known. Everything else is the server's to say.</summary>
    private bool TryHold(RedisAccount account, in HoldDemand demand, out HoldOutcome outcome)
    {
        outcome = default;
        if (!_options.UsesLeases || _line.Count > 0 || account.Room is not (> 0 and var room))
            return false;
        var path = account.Path;
        var now = Now();
        var figures = account.Scratch;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i].Row.End <= now)
                return false; // its window has ended: what is left is not known
            figures[i] = path[i].Figures;
        }
        if (HoldRules.Decide(figures, demand, out var tokens, out _) != HoldRules.Decision.Grant)
            return false;
        var cost = demand.Cost(tokens);
        if (cost.Value > room)
            return false;
        account.Keep(demand.Call, cost.Value);
        account.Used = Demands.AddSaturated(account.Used, cost.Value);
        account.LastAttribution = demand.Attribution ?? account.LastAttribution;
        outcome = new HoldOutcome(HoldStatus.Granted, cost, tokens, Demands.Needed(demand), account.Figures);
        if (account.Room < account.Target / 2 && _inFlight is null)
            SendSoon();
        return true;
    }

    /// <summary>What an account gives back with the next batch: all it does not need while somebody waits, or when it is flushed, or what is more than it is likely to need.</summary>
    private long GivesBack(RedisAccount account, HashSet<RedisAccount> waitedFor, long now)
    {
        var room = account.Room;
        if (!_options.UsesLeases || _isClosing || _isFlushing || waitedFor.Contains(account.Top) || account.Top.Row.WantedUntil > now || account.Row.IsFrozen)
            return room;
        return Math.Max(0, room - account.Target - account.Target / 2);
    }

    /// <summary>Asks for room where it runs out.</summary>
    private void Stock(RedisBatch batch, HashSet<RedisAccount> waitedFor, long now)
    {
        if (!_options.UsesLeases || _isClosing || _isFlushing)
            return;
        foreach (var account in _active)
        {
            if (account.Target == 0 || account.Room >= account.Target / 2 || account.Top.Row.WantedUntil > now || account.Row.IsFrozen)
                continue;
            if (waitedFor.Contains(account.Top))
                continue;
            Enlarge(account);
            batch.AddStock(account, account.Target - account.Room, whenGranted: false);
        }
        // Whoever had to ask is likely to ask again.
        foreach (var waiter in batch.Waiters)
        {
            var account = (RedisAccount)waiter.Owner;
            account.LastAttribution ??= waiter.Demand.Attribution; // room of one that is only refused is reported, too, if it expires
            if (batch.Stocks.Contains(account) || account.Top.Row.WantedUntil > now)
                continue;
            var cost = Demands.Needed(waiter.Demand with { FloorTokens = waiter.Demand.WantedTokens }).Value;
            account.Target = Math.Max(account.Target, cost <= long.MaxValue / FirstHolds ? cost * FirstHolds : 0);
            Enlarge(account);
            if (account.Target > 0)
                batch.AddStock(account, account.Target, whenGranted: true);
        }
    }

    private static void Enlarge(RedisAccount account)
    {
        var time = Environment.TickCount64;
        if (account.StockedAt > 0 && time - account.StockedAt < SoonMilliseconds && account.Target < long.MaxValue / 4)
            account.Target *= 2;
        account.StockedAt = time;
    }

    /// <summary>Room that is little used becomes smaller; what is not used at all is soon given back.</summary>
    private void Review()
    {
        foreach (var account in _active)
        {
            if (account.Used == 0)
                account.Target = account.Target > SmallestTarget ? account.Target / 8 : 0;
            else if (account.Used < account.Target / 4)
                account.Target /= 2;
            account.Used = 0;
        }
    }
}
