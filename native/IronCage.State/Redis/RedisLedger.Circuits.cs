using IronCage.Core.Circuits;

namespace IronCage.State;

/// <summary>What batches carry for circuits.</summary>
internal sealed partial class RedisLedger
{
    /// <summary>What the messages of the server name when a circuit changed.</summary>
    private const string CircuitsWord = "#circuits";

    /// <summary>The circuits that users of the namespace share.</summary>
    public RedisCircuits Circuits { get; }

    /// <summary>A request whose result is what its steps answer.</summary>
    public Task<T> Request<T>(Action<List<string>> write, Func<ReplyCursor, T> read)
    {
        T result = default!;
        return Ask(new RedisRequest<T>(write, reply => result = read(reply), _ => result));
    }

    /// <summary>Has the batch that is made ask which circuits changed. Under the lock.</summary>
    private void AskForCircuits()
    {
        if (!Circuits.IsUsed)
            return;
        _requests.Add(new RedisRequest<bool>(
            steps => steps.AddRange(["K", RedisBatch.Text(Circuits.Seen)]),
            reply =>
            {
                List<SharedCircuit> changed = [];
                for (var i = reply.Number(); i > 0; i--)
                {
                    var (key, isOpen, until, change, by) = (reply.Text(), reply.Text() == "1", reply.Number(), reply.Number(), reply.Text());
                    changed.Add(new SharedCircuit(key, isOpen, _clock.GetUtcNow() + TimeSpan.FromMilliseconds(until - Now()), change, by));
                }
                Circuits.Learn(changed); // before anybody hears that his hold stands
            },
            static _ => true));
    }
}
