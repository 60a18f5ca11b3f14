namespace IronCage.State;

/// <summary>Work for the next transaction, with a result. It may refuse with an <see cref="ArgumentException"/> before it has changed anything: that is its own, not the transaction's.</summary>
internal sealed class StoreRequest<T>(Func<LedgerTransaction, T> work) : StoreRequest
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;
    private ArgumentException? _refusal;

    public Task<T> Task => _completion.Task;

    public override void Run(LedgerTransaction transaction)
    {
        try
        {
            _result = work(transaction);
        }
        catch (ArgumentException e)
        {
            _refusal = e;
        }
    }

    public override void Complete()
    {
        if (_refusal is null)
            _completion.TrySetResult(_result!);
        else
            _completion.TrySetException(_refusal);
    }

    public override void Fail(Exception error) => _completion.TrySetException(error);
}
