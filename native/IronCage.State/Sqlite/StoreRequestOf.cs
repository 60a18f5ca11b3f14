namespace IronCage.State;

/// <summary>Work for the next transaction, with a result.</summary>
internal sealed class StoreRequest<T>(Func<LedgerTransaction, T> work) : StoreRequest
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    public Task<T> Task => _completion.Task;

    public override void Run(LedgerTransaction transaction) => _result = work(transaction);

    public override void Complete() => _completion.TrySetResult(_result!);

    public override void Fail(Exception error) => _completion.TrySetException(error);
}
