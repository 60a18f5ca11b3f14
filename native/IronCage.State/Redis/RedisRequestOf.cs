using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>A request with a result.</summary>
/// <param name="write">See <see cref="RedisRequest.Write"/>.</param>
/// <param name="read">See <see cref="RedisRequest.Read"/>. An <see cref="ArgumentException"/> is the caller's.</param>
/// <param name="conclude">See <see cref="RedisRequest.Conclude"/>.</param>
internal sealed class RedisRequest<T>(Action<List<string>> write, Action<ReplyCursor> read, Func<IReadOnlyDictionary<string, RedisRow>, T> conclude) : RedisRequest
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;
    private Exception? _refusal;

    public Task<T> Task => _completion.Task;

    public override void Write(List<string> steps) => write(steps);

    public override void Read(ReplyCursor reply)
    {
        try
        {
            read(reply);
        }
        catch (ArgumentException e)
        {
            _refusal = e;
        }
    }

    public override void Conclude(IReadOnlyDictionary<string, RedisRow> rows)
    {
        if (_refusal is null)
            _result = conclude(rows);
    }

    public override void Complete()
    {
        if (_refusal is null)
            _completion.TrySetResult(_result!);
        else
            _completion.TrySetException(_refusal);
    }

    public override void Fail(StoreException error) => _completion.TrySetException(error);
}
