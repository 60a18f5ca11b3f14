using System.Collections.Concurrent;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Approvals;

/// <summary>What waits for approval in this process. Thread-safe.</summary>
internal sealed class ApprovalBook
{
    private readonly ConcurrentDictionary<string, (ApprovalRequest Request, ToolApproval Approval)> _waiting = new();

    public void Add(ApprovalRequest request, ToolApproval approval) => _waiting[request.Id] = (request, approval);

    /// <summary>False: it was taken out before.</summary>
    public bool Remove(ApprovalRequest request) => _waiting.TryRemove(request.Id, out _);

    /// <summary>What waits for a protection, the oldest first.</summary>
    public IReadOnlyList<ApprovalRequest> Of(Protection protection) =>
        [.. _waiting.Values.Select(each => each.Request).Where(request => request.Protection == protection).OrderBy(request => request.At)];

    /// <summary>Decides about one of a protection.</summary>
    /// <param name="protection">Whose it must be.</param>
    /// <param name="id">Its id.</param>
    /// <param name="denied">Why not; null: it is approved.</param>
    /// <returns>False: there is none of that id that waits.</returns>
    public bool Decide(Protection protection, string id, string? denied) =>
        _waiting.TryGetValue(id, out var waiting) && waiting.Request.Protection == protection && waiting.Approval.Decide(waiting.Request, denied);
}
