using System.Runtime.InteropServices;
using IronCage.Abi.Boundary;
using IronCage.Abi.Boundary.Fork;
using IronCage.Runtime;
using IronCage.Runtime.Scanning;
using IronCage.Safety;

namespace IronCage.Abi.Exports;

/// <summary>Scanners of the host's own: texts, JSON documents, streams.</summary>
internal static unsafe class ScannerExports
{
    [UnmanagedCallersOnly(EntryPoint = "ironcage_safety_scanner_new")]
    public static int New(ulong* result, ulong engine, byte* options, nuint length) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = 0;
        var host = Handles.Engine(engine);
        var json = Input.Json(options, length);
        var scanner = Engine.NewScanner(json);
        var record = ForkList.Instance.Add(ForkKind.Scanner, json.Span, host.Record);
        *result = record.Publish(HandleTable.Instance.Add(HandleKind.Scanner, new Hosted<Scanner>(host, scanner, record)));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_safety_scanner_free")]
    public static int Free(ulong scanner) => Guard.Run(() => HandleTable.Instance.Remove(HandleKind.Scanner, scanner));

    [UnmanagedCallersOnly(EntryPoint = "ironcage_safety_scanner_scan")]
    public static int Scan(NativeBuffer* result, ulong scanner, byte* text, nuint length, byte* external, nuint externalLength) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(TextScan.Scan(Handles.Scanner(scanner).Value, Input.Bytes(text, length), Input.Json(external, externalLength)));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_safety_scanner_redact")]
    public static int Redact(NativeBuffer* result, ulong scanner, byte* text, nuint length, byte* external, nuint externalLength) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(TextScan.Redact(Handles.Scanner(scanner).Value, Input.Bytes(text, length), Input.Json(external, externalLength)));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_safety_scanner_scan_json")]
    public static int ScanJson(NativeBuffer* result, ulong scanner, byte* body, nuint length) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(JsonScan.Scan(Handles.Scanner(scanner).Value, Input.Json(body, length)));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_safety_stream_new")]
    public static int StreamNew(ulong* result, ulong scanner) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = 0;
        var hosted = Handles.Scanner(scanner);
        *result = HandleTable.Instance.Add(HandleKind.Stream, new Hosted<StreamScan>(hosted.Host, new StreamScan(hosted.Value)));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_safety_stream_push")]
    public static int StreamPush(NativeBuffer* result, ulong stream, byte* piece, nuint length, byte final) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        var scan = Handles.Stream(stream).Value;
        var bytes = Input.Bytes(piece, length);
        if (scan.HasEnded)
            throw new AbiException(Status.Sequence, "the text has ended: make another stream for another text");
        *result = NativeBuffer.From(scan.Push(bytes, final != 0));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_safety_stream_free")]
    public static int StreamFree(ulong stream) => Guard.Run(() => HandleTable.Instance.Remove(HandleKind.Stream, stream));
}
