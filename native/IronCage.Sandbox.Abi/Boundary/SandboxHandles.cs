using System.Collections.Concurrent;
using IronCage.Abi.Boundary;

namespace IronCage.Sandbox.Abi.Boundary;

/// <summary>Objects by handle. A handle is never used again, so that a stale one is told for sure.</summary>
internal static class SandboxHandles
{
    private static readonly ConcurrentDictionary<ulong, object> s_objects = new();
    private static ulong s_last;

    public static ulong Add(object target)
    {
        var handle = Interlocked.Increment(ref s_last);
        s_objects[handle] = target;
        return handle;
    }

    /// <exception cref="AbiException">The handle is null, stale, foreign or of another kind.</exception>
    public static T Get<T>(ulong handle) where T : class => s_objects.GetValueOrDefault(handle) as T
        ?? throw new AbiException(SandboxStatus.Handle, handle == 0 ? "the handle is null" : "the handle is stale, foreign or of another kind");

    /// <summary>Takes a handle back; null when it was not good (any more). A handle of another kind is an error.</summary>
    public static T? Remove<T>(ulong handle) where T : class
    {
        if (!s_objects.TryGetValue(handle, out var target))
            return null;
        if (target is not T)
            throw new AbiException(SandboxStatus.Handle, "the handle is of another kind");
        return s_objects.TryRemove(handle, out _) ? (T)target : null;
    }
}
