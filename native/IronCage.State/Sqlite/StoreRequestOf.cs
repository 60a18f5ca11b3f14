namespace IronCage.State;

/// <summary>Work for the next transaction, with a result. It may refuse with an <see cref="ArgumentException"/> before it has changed anything: that is its own, not the transaction's.</summary>
/// <param name="work">What is done in the transaction.</param>
/// <param name="committed">Given the result on the writer thread, once it is durable and before its task ends; null: nobody wants it there.</param>
internal sealed class StoreRequest<T>(Func<LedgerTransaction, T> work, Action<T>? committed = null) : StoreRequest
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
        if (_refusal is not null)
        {
            _completion.TrySetException(_refusal);
            return;
        }
        committed?.Invoke(_result!);
        _completion.TrySetResult(_result!);
    }

    public override void Fail(Exception error) => _completion.TrySetException(error);
}
