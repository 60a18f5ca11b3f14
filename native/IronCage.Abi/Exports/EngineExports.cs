using System.Buffers;
using System.Runtime.InteropServices;
using IronCage.Abi.Boundary;
using IronCage.Abi.Boundary.Fork;
using IronCage.Core.Ledger;
using IronCage.Telemetry;

namespace IronCage.Abi.Exports;

/// <summary>Engine: configuration, waiting, events.</summary>
internal static unsafe class EngineExports
{
    [UnmanagedCallersOnly(EntryPoint = "ironcage_engine_new")]
    public static int New(ulong* result, byte* config, nuint configLength) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = 0;
        var host = new EngineHost(Input.Json(config, configLength));
        *result = host.Record.Publish(HandleTable.Instance.Add(HandleKind.Engine, host));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_engine_free")]
    public static int Free(ulong engine) => Guard.Run(() => (HandleTable.Instance.Remove(HandleKind.Engine, engine) as EngineHost)?.Close());

    [UnmanagedCallersOnly(EntryPoint = "ironcage_engine_add_hosts")]
    public static int AddHosts(ulong engine, byte* specification, nuint length) => Guard.Run(() =>
    {
        var host = Handles.Engine(engine);
        var hosts = Input.Text(specification, length);
        host.Engine.AddHosts(hosts);
        ForkList.Instance.AddHosts(host.Record, hosts);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_engine_event_fd")]
    public static int EventFd(int* result, ulong engine) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = -1;
        var descriptor = Handles.Engine(engine).Completions.Descriptor;
        if (descriptor < 0)
            throw new AbiException(Status.Unsupported, "there is no eventfd on this platform: wait in slices with ironcage_call_wait");
        *result = descriptor;
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_engine_collect")]
    public static int Collect(ulong* calls, nuint capacity, nuint* count, ulong engine) => Guard.Run(() =>
    {
        Input.NotNull(count);
        *count = 0;
        Input.NotNull(calls);
        if (capacity is 0 or > 1 << 20)
            throw new AbiException(Status.Argument, "capacity must be 1 to 1048576");
        *count = (nuint)Handles.Engine(engine).Completions.Take(new Span<ulong>(calls, (int)capacity));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_engine_drain")]
    public static int Drain(NativeBuffer* result, ulong engine, uint max) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        var host = Handles.Engine(engine).Engine;
        var events = new List<SequencedEvent>();
        host.Drain(events, (int)Math.Min(max, int.MaxValue), out var dropped);
        var json = new ArrayBufferWriter<byte>(1024);
        EventJson.Write(json, dropped, events);
        *result = NativeBuffer.From(json.WrittenSpan);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_engine_agent_states")]
    public static int AgentStates(NativeBuffer* result, ulong engine) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(Handles.Engine(engine).Engine.AgentStates());
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_engine_flush")]
    public static int Flush(ulong engine, int timeoutMs) => Guard.Run(() =>
    {
        if (timeoutMs < 0)
            throw new AbiException(Status.Argument, "timeout_ms must not be negative");
        using var limit = new CancellationTokenSource(timeoutMs);
        try
        {
            Handles.Engine(engine).Engine.FlushAsync(limit.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            throw new StoreException("not everything could be written in the time given");
        }
    });
}
