using IronCage.Core.Control;
using IronCage.Core.Events;

namespace IronCage.Runtime.Approvals;

/// <summary>The uses of tools of one answer that wait: all must be approved, and the first that is denied, or the end of the time, decides. Thread-safe.</summary>
internal sealed class ToolApproval : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ApprovalBook _book;
    private readonly HashSet<ApprovalRequest> _open;
    private readonly TaskCompletionSource<Denial?> _decision = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;
    private bool _isOver;

    public ToolApproval(ApprovalBook book, IReadOnlyList<ApprovalRequest> requests, TimeSpan timeout, TimeProvider clock)
    {
        _book = book;
        Requests = requests;
        _open = [.. requests];
        foreach (var request in requests)
        {
            request.Protection.Emit("tool.waiting", EventLevel.Warning, $"the use of {request.Tool} waits for approval", request.Details());
            book.Add(request, this);
            Show(request, clock.GetUtcNow() + timeout);
        }
        _timer = clock.CreateTimer(static approval => ((ToolApproval)approval!).TimeIsUp(), this, timeout, Timeout.InfiniteTimeSpan);
    }

    public IReadOnlyList<ApprovalRequest> Requests { get; }

    /// <summary>Ends with the first denial, or null when all were approved.</summary>
    public Task<Denial?> Decision => _decision.Task;

    /// <summary>Decides about one.</summary>
    /// <param name="request">One of <see cref="Requests"/>.</param>
    /// <param name="denied">Why not; null: it is approved.</param>
    /// <returns>False: it was decided before.</returns>
    public bool Decide(ApprovalRequest request, string? denied)
    {
        bool isLast;
        lock (_gate)
        {
            if (_isOver || !_open.Remove(request))
                return false;
            isLast = _open.Count == 0;
            _isOver = isLast || denied is not null;
        }
        Leave(request);
        var kind = denied is null ? "tool.approved" : "tool.denied";
        request.Protection.Emit(kind, EventLevel.Info, $"the use of {request.Tool} was {(denied is null ? "approved" : "not approved")}", request.Details());
        request.Protection.Audit(kind, request.Details());
        if (denied is not null)
            _decision.TrySetResult(new Denial(request, denied));
        else if (isLast)
            _decision.TrySetResult(null);
        return true;
    }

    /// <summary>Nobody waits any more: the kill switch, the end of the run's time, or the host. What is open is denied.</summary>
    public void GiveUp(string why) => DenyOneOf(why);

    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
            _isOver = true;
        foreach (var request in Requests)
            Leave(request);
        _decision.TrySetCanceled();
    }

    /// <summary>Where other processes may decide, they see it. A store that cannot be written says so to the next hold; who is in this process can decide all the same.</summary>
    private void Show(ApprovalRequest request, DateTimeOffset until)
    {
        if (BoardOf(request) is not { } board)
            return;
        var note = new ApprovalNote(request.Id, request.Protection.Options.AgentId, request.ToJson(), until);
        board.PostAsync(note, decision => Decide(request, decision.Denied)).AsTask()
            .ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Leave(ApprovalRequest request)
    {
        if (_book.Remove(request))
            BoardOf(request)?.Remove(request.Id);
    }

    private static IApprovalBoard? BoardOf(ApprovalRequest request) => request.Protection.Options.ShowsApprovals ? request.Protection.Store.Approvals : null;

    private void TimeIsUp() => DenyOneOf("nobody approved it in time");

    private void DenyOneOf(string why)
    {
        ApprovalRequest? first;
        lock (_gate)
            first = Requests.FirstOrDefault(_open.Contains);
        if (first is not null)
            Decide(first, why);
    }
}
