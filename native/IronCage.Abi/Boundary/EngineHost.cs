using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.Runtime;

namespace IronCage.Abi.Boundary;

/// <summary>An engine with what only the boundary needs: the queue of decided calls.</summary>
internal sealed class EngineHost
{
    private static readonly TimeSpan FlushAtEnd = TimeSpan.FromSeconds(10);

    public EngineHost(ReadOnlyMemory<byte> config)
    {
        Engine = new Engine(EngineOptions.Read(config), TimeProvider.System, new SystemIdSource(TimeProvider.System));
        Engine.Decided = call => Completions.Add(call.Handle);
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
        }
    }
}
