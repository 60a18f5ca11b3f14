using System.Runtime.InteropServices;
using IronCage.Abi.Boundary;
using IronCage.Runtime.Calls;

namespace IronCage.Abi.Exports;

/// <summary>The steps of a call.</summary>
internal static unsafe class CallExports
{
    private const uint NonBlocking = 1;
    private const uint Abilities = (uint)(HostAbilities.OtherPath | HostAbilities.OtherHost | HostAbilities.Hedge);
    private const uint Beside = 16;

    [UnmanagedCallersOnly(EntryPoint = "ironcage_call_begin")]
    public static int Begin(NativeVerdict* result, ulong run, ulong engine, uint flags, byte* method, nuint methodLength, byte* url, nuint urlLength,
        byte* headers, nuint headersLength, byte* body, nuint bodyLength) => Guard.Run(() =>
    {
        Input.Verdict(result);
        if ((flags & ~(NonBlocking | Abilities)) != 0)
            throw new AbiException(Status.Argument, "an unknown flag");
        var host = Handles.Engine(engine);
        var owner = run == 0 ? null : Handles.Run(run);
        if (owner is not null && owner.Host != host)
            throw new AbiException(Status.Handle, "the run belongs to another engine");
        var verdict = ProtectedCall.Begin(host.Engine, owner?.Value, Input.Bytes(method, methodLength), Input.Bytes(url, urlLength),
            Input.Bytes(headers, headersLength), Input.Bytes(body, bodyLength), (flags & NonBlocking) != 0, out var call, out var drain, (HostAbilities)(flags & Abilities));
        if (call is not null)
        {
            call.Handle = HandleTable.Instance.Add(HandleKind.Call, new Hosted<ProtectedCall>(host, call));
            if (verdict.Kind == VerdictKind.Pending)
                call.TellWhenDecided();
        }
        result->Set(verdict, call?.Handle ?? 0, drain);
        Leaves(result, verdict, call);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_call_wait")]
    public static int Wait(NativeVerdict* result, ulong call, int timeoutMs) => Guard.Run(() =>
    {
        Input.Verdict(result);
        if (timeoutMs < -1)
            throw new AbiException(Status.Argument, "timeout_ms must be -1 or more");
        var hosted = Handles.Call(call);
        Verdict verdict;
        try
        {
            verdict = hosted.Value.Wait(timeoutMs);
        }
        catch
        {
            Over(hosted, call);
            throw;
        }
        var isOver = verdict.Kind == VerdictKind.Pass || (verdict.Kind == VerdictKind.Refuse && !hosted.Value.HasAnswer); // a call with an answer is ended by the host
        if (isOver)
            Over(hosted, call);
        else if (verdict.Kind != VerdictKind.Pending)
            hosted.Host.Completions.Forget(call);
        result->Set(verdict, isOver ? 0 : call, hosted.Value.WantsDrain);
        Leaves(result, verdict, hosted.Value);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_call_response")]
    public static int Response(NativeVerdict* result, ulong call, int status, byte complete, byte* headers, nuint headersLength,
        byte* body, nuint bodyLength) => Guard.Run(() =>
    {
        Input.Verdict(result);
        var hosted = Opened(call);
        var verdict = hosted.Value.Respond(status, complete != 0, Input.Bytes(body, bodyLength), Input.Bytes(headers, headersLength));
        if (verdict.Kind == VerdictKind.Pending)
            hosted.Value.TellWhenApproved();
        result->Set(verdict, call, hosted.Value.WantsDrain);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_stream_open")]
    public static int StreamOpen(ulong call, int status, byte* headers, nuint headersLength) => Guard.Run(() =>
    {
        var lines = Input.Bytes(headers, headersLength);
        Opened(call).Value.OpenStream(status, lines);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_stream_feed")]
    public static int StreamFeed(NativeVerdict* result, ulong call, byte* data, nuint length) => Guard.Run(() =>
    {
        Input.Verdict(result);
        var hosted = Streaming(call);
        result->Set(hosted.Value.Feed(Input.Bytes(data, length)), call, hosted.Value.WantsDrain);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_stream_finish")]
    public static int StreamFinish(NativeVerdict* result, ulong call) => Guard.Run(() =>
    {
        Input.Verdict(result);
        var hosted = Streaming(call);
        var verdict = hosted.Value.FinishStream();
        if (verdict.Kind == VerdictKind.Pending)
            hosted.Value.TellWhenApproved();
        result->Set(verdict, call, hosted.Value.WantsDrain);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_call_interrupted")]
    public static int Interrupted(NativeVerdict* result, ulong call, byte take) => Guard.Run(() =>
    {
        Input.Verdict(result);
        var hosted = Handles.Call(call);
        result->Set(hosted.Value.Interruption(take != 0), call, hosted.Value.WantsDrain);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_call_retry")]
    public static int Retry(NativeVerdict* result, ulong call, uint flags, int how, byte* headers, nuint headersLength, byte* body, nuint bodyLength) => Guard.Run(() =>
    {
        Input.Verdict(result);
        if ((flags & ~(NonBlocking | Beside)) != 0)
            throw new AbiException(Status.Argument, "an unknown flag");
        var ending = Ending(how);
        var lines = Input.Bytes(headers, headersLength);
        var request = Input.Bytes(body, bodyLength);
        var hosted = Handles.Call(call);
        if (!hosted.Value.IsOpen)
            throw new AbiException(Status.Pending, "the call is not decided yet");
        var isLast = false;
        Verdict verdict;
        ProtectedCall? next;
        if ((flags & Beside) != 0)
        {
            verdict = ProtectedCall.Hedge(hosted.Value, request, (flags & NonBlocking) != 0, out next);
        }
        else
        {
            Over(hosted, call);
            verdict = ProtectedCall.Retry(hosted.Value, ending, lines, request, (flags & NonBlocking) != 0, out next, out isLast);
        }
        if (next is not null)
        {
            next.Handle = HandleTable.Instance.Add(HandleKind.Call, new Hosted<ProtectedCall>(hosted.Host, next));
            if (verdict.Kind == VerdictKind.Pending)
                next.TellWhenDecided();
        }
        result->Set(verdict, next?.Handle ?? 0, hosted.Value.WantsDrain);
        Leaves(result, verdict, next);
        if (isLast)
            result->Flags |= NativeVerdict.LastTry;
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_call_end")]
    public static int End(ulong call, int how) => Guard.Run(() => Ended(call, how));

    [UnmanagedCallersOnly(EntryPoint = "ironcage_call_facts")]
    public static int Facts(NativeBuffer* result, ulong call) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(Handles.Call(call).Value.Facts().Span);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_call_end_facts")]
    public static int EndFacts(NativeBuffer* result, ulong call, int how) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        if (Ended(call, how) is { } ended)
            *result = NativeBuffer.From(ended.Facts().Span);
    });

    private static ProtectedCall? Ended(ulong call, int how)
    {
        var ending = Ending(how);
        if (HandleTable.Instance.Remove(HandleKind.Call, call) is not Hosted<ProtectedCall> hosted)
            return null;
        try
        {
            hosted.Value.End(ending);
        }
        finally
        {
            hosted.Host.Completions.Forget(call); // after the end: nothing is told any more
        }
        return hosted.Value;
    }

    /// <summary>Of an attempt that may leave: how long it may take, where that is limited, and whether a second may be made beside it.</summary>
    private static void Leaves(NativeVerdict* result, in Verdict verdict, ProtectedCall? call)
    {
        if (call is null || verdict.Kind is not (VerdictKind.Send or VerdictKind.Rewrite or VerdictKind.Reroute))
            return;
        result->TimeoutMs = call.AttemptMs;
        if (call.IsHedgeable)
            result->Flags |= NativeVerdict.MayHedge;
    }

    private static CallEnding Ending(int how) => how is >= (int)CallEnding.Complete and <= (int)CallEnding.Cut
        ? (CallEnding)how
        : throw new AbiException(Status.Argument, "how must be one of IRONCAGE_END_*");

    private static Hosted<ProtectedCall> Opened(ulong call)
    {
        var hosted = Handles.Call(call);
        if (!hosted.Value.IsOpen)
            throw new AbiException(Status.Pending, "the call is not decided yet");
        if (hosted.Value.HasAnswer)
            throw new AbiException(Status.Sequence, "the call has its response already");
        return hosted;
    }

    private static Hosted<ProtectedCall> Streaming(ulong call)
    {
        var hosted = Handles.Call(call);
        if (!hosted.Value.IsStreaming)
            throw new AbiException(Status.Sequence, "the call was not opened as a stream");
        return hosted;
    }

    private static void Over(Hosted<ProtectedCall> hosted, ulong call)
    {
        HandleTable.Instance.Remove(HandleKind.Call, call);
        hosted.Host.Completions.Forget(call);
    }
}
