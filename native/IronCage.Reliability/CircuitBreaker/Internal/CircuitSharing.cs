using IronCage.Core.Circuits;
using IronCage.Core.Ledger;

namespace IronCage.Reliability;

/// <summary>What a book has to do with the circuits that the users of a store share.</summary>
internal sealed class CircuitSharing
{
    private readonly ICircuitBoard _board;
    private readonly TimeProvider _clock;
    private readonly string _name;
    private long _seen = -1;

    public CircuitSharing(ICircuitBoard board, TimeProvider clock)
    {
        _board = board;
        _clock = clock;
        _name = board.Join();
    }

    /// <summary>Has the circuits of a book take on what others did to theirs. Cheap where there is no news.</summary>
    public void TakeNews(Func<string, Circuit> find)
    {
        var version = _board.Version;
        if (Interlocked.Read(ref _seen) == version || Interlocked.Exchange(ref _seen, version) == version)
            return;
        var now = _clock.GetUtcNow();
        foreach (var shared in _board.Known)
        {
            TimeSpan? openFor = !shared.IsOpen ? null : shared.Until > now ? shared.Until - now : TimeSpan.Zero;
            find(shared.Key).Adopt(shared.Change, shared.By == _name, openFor);
        }
    }

    /// <summary>A circuit of this book changed.</summary>
    public void Tell(CircuitEvent e)
    {
        if (e.IsFromElsewhere || e.State == CircuitState.HalfOpen)
            return;
        _board.Post(_name, e.Key, e.State == CircuitState.Open ? e.RetryAfter : null);
    }

    /// <summary>Whether this book has the probe. Where the store cannot be reached its own circuits decide.</summary>
    public async ValueTask<bool> TryProbeAsync(string key)
    {
        try
        {
            return await _board.TryProbeAsync(_name, key, CircuitBreakerConstants.ProbeLease).ConfigureAwait(false);
        }
        catch (StoreException)
        {
            return true;
        }
    }

    public void GiveBack(string key) => _board.GiveBack(_name, key);
}
