using IronCage.Abi.Boundary.Fork;
using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.Runtime;
using IronCage.Runtime.Budgets;

namespace IronCage.Abi.Boundary;

/// <summary>An engine with what only the boundary needs: the queue of decided calls.</summary>
internal sealed class EngineHost : IForkRecorded
{
    private static readonly TimeSpan FlushAtEnd = TimeSpan.FromSeconds(10);

    private readonly HashSet<nint> _accounts = [];
    private readonly List<ForkRecord> _recorded = [];
    private bool _closed;

    /// <summary>Makes an engine; <paramref name="record"/> is what a forked child finds of it, null to begin one.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="record">What the parent left of it.</param>
    /// <param name="tokens">Where the parent had the tokens of the process.</param>
    public EngineHost(ReadOnlyMemory<byte> config, ForkRecord? record = null, nint tokens = 0)
    {
        Engine = new Engine(EngineOptions.Read(config), TimeProvider.System, new SystemIdSource(TimeProvider.System), tokens: tokens);
        Engine.Decided = Completions.Add;
        Record = record ?? ForkList.Instance.Add(ForkKind.Engine, config.Span, extra: Engine.ProcessTokens.Address);
    }

    public ForkRecord Record { get; }

    /// <summary>A budget was opened: if it is in memory, forked children must find it by its name for as long as this engine lives.</summary>
    public void Opened(SharedBudget budget)
    {
        if (budget.SharedAddress == 0)
            return;
        lock (_accounts)
        {
            if (!_closed && _accounts.Add(budget.SharedAddress))
                _recorded.Add(ForkList.Instance.Add(ForkKind.Account, default, Record, text: budget.AccountName, account: budget.SharedAddress));
        }
    }

    /// <summary>A budget in memory that the parent process had under a name.</summary>
    public void Inherit(string account, nint address)
    {
        lock (_accounts)
            _accounts.Add(address);
        Engine.Stores.Memory.Inherit(account, address, isNamed: true);
    }

    public Engine Engine { get; }
    public CompletionQueue Completions { get; } = new();

    public void Close()
    {
        using var limit = new CancellationTokenSource(FlushAtEnd);
        try
        {
            Engine.FlushAsync(limit.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            throw new StoreException("not everything could be written before the engine was closed");
        }
        finally
        {
            Engine.Dispose();
            Completions.Dispose();
            Forget();
        }
    }

    /// <summary>No child finds the budgets in memory any more.</summary>
    private void Forget()
    {
        lock (_accounts)
        {
            _closed = true;
            foreach (var account in _recorded)
                account.Release();
            _recorded.Clear();
        }
    }
}
