using IronCage.Core.Ledger;

namespace IronCage.State.Tests.Ledger;

/// <summary>The obvious ledger of a tree: docs/ledger.md in the fewest words. Its decisions try all token counts. Amounts in picodollars, times in seconds.</summary>
internal sealed class TreeModel
{
    /// <summary>Seconds of the window of "team".</summary>
    public const int Window = 60;

    private static readonly (string Name, int Parent, long Limit)[] Shape = [("org", -1, 100), ("team", 0, 80), ("agent", 1, 60), ("other", 0, 70)];

    public TreeModel() => Levels = [.. Shape.Select(level => new Level { Parent = level.Parent, Limit = level.Limit, IsWindowed = level.Name == "team" })];

    public Level[] Levels { get; }
    public List<Entry> Line { get; } = [];

    /// <summary>By account, in order of their grants.</summary>
    public List<Entry> Open { get; } = [];

    public long Now { get; private set; }

    /// <summary>What each operation was answered.</summary>
    public Dictionary<int, string> Answers { get; } = [];

    /// <summary>Of all accounts, from the root.</summary>
    public static IReadOnlyList<BudgetTerms> Terms(string prefix) => [.. Shape.Select(level => new BudgetTerms(prefix + level.Name, new(level.Limit),
        level.Name == "team" ? BudgetWindow.Parse($"{Window}", null) : null, level.Parent < 0 ? null : prefix + Shape[level.Parent].Name))];

    public Entry Hold(int account, HoldDemand demand, bool mayWait)
    {
        var entry = new Entry(account, demand, mayWait);
        Line.Add(entry);
        Serve();
        return entry;
    }

    public bool Settle(Entry entry, long cost)
    {
        if (!Open.Remove(entry))
            return false;
        foreach (var level in Path(entry.Account))
            (level.Held, level.Spent) = (level.Held - entry.Amount, level.Spent + cost);
        Serve();
        return true;
    }

    /// <summary>Whether it is possible.</summary>
    public bool TopUp(int account, long amount)
    {
        var level = Levels[account];
        if (amount < 0 && level.Limit + level.Extra + amount < 0)
            return false;
        level.Extra += amount;
        Serve();
        return true;
    }

    public void SetLimit(int account, long limit)
    {
        Levels[account].Limit = limit;
        Levels[account].Extra = Math.Max(Levels[account].Extra, -limit);
        Serve();
    }

    public void Freeze(int account, bool frozen)
    {
        Levels[account].IsFrozen = frozen;
        Serve();
    }

    public void Pass(long seconds)
    {
        if (Now / Window != (Now + seconds) / Window)
        {
            foreach (var level in Levels.Where(level => level.IsWindowed))
                (level.Spent, level.Extra) = (0, 0);
        }
        Now += seconds;
        Serve();
    }

    private List<Level> Path(int account)
    {
        List<Level> path = [];
        for (var at = account; at >= 0; at = Levels[at].Parent)
            path.Add(Levels[at]);
        return path;
    }

    /// <summary>In order of arrival; who waits blocks what is short for him.</summary>
    private void Serve()
    {
        HashSet<Level> blocked = [];
        foreach (var entry in Line.ToList())
        {
            var path = Path(entry.Account);
            if (path.Exists(level => level.IsFrozen))
                entry.Status = HoldStatus.Frozen;
            else if (Tokens(entry.Demand, path) is not { } tokens)
                entry.Status = HoldStatus.Exceeded;
            else if (entry.Demand.Cost(tokens).Value is var cost && path.TrueForAll(level => level.Rest - level.Held >= cost) && !path.Exists(blocked.Contains))
                Grant(entry, path, cost);
            else if (!entry.MayWait)
                entry.Status = HoldStatus.TimedOut;
            else
                Block(path, cost, blocked);
            if (entry.Status is not null)
                Line.Remove(entry);
        }
    }

    private static void Block(List<Level> path, long cost, HashSet<Level> blocked)
    {
        var scarce = path.FindAll(level => level.Rest - level.Held < cost);
        blocked.UnionWith(scarce.Count > 0 ? scarce : [path[0]]);
    }

    private void Grant(Entry entry, List<Level> path, long cost)
    {
        (entry.Status, entry.Amount) = (HoldStatus.Granted, cost);
        foreach (var level in path)
            level.Held += cost;
        Open.Add(entry);
    }

    private static long? Tokens(HoldDemand demand, List<Level> path)
    {
        var rest = path.Min(level => level.Rest);
        for (var tokens = demand.WantedTokens; tokens >= demand.FloorTokens; tokens--)
        {
            var isFull = !demand.OpenEnded || demand.FloorTokens == demand.WantedTokens || tokens == demand.FloorTokens || demand.Cost(tokens).Value <= rest / 4;
            if (isFull && demand.Cost(tokens).Value <= rest)
                return tokens;
        }
        return null;
    }

    public sealed class Level
    {
        public required int Parent { get; init; }
        public required bool IsWindowed { get; init; }
        public long Limit { get; set; }
        public long Extra { get; set; }
        public long Spent { get; set; }
        public long Held { get; set; }
        public bool IsFrozen { get; set; }
        public long Rest => Limit + Extra - Spent;
    }

    public sealed class Entry(int account, HoldDemand demand, bool mayWait)
    {
        public int Account => account;
        public HoldDemand Demand => demand;
        public bool MayWait => mayWait;
        public HoldStatus? Status { get; set; }
        public long Amount { get; set; }
    }
}
