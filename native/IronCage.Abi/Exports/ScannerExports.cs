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
        using var output = new NativeOutput();
        TextScan.Scan(output, Handles.Scanner(scanner).Value, Input.Bytes(text, length), Input.Json(external, externalLength));
        *result = output.Take();
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_safety_scanner_redact")]
    public static int Redact(NativeBuffer* result, ulong scanner, byte* text, nuint length, byte* external, nuint externalLength) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        using var output = new NativeOutput();
        TextScan.Redact(output, Handles.Scanner(scanner).Value, Input.Bytes(text, length), Input.Json(external, externalLength));
        *result = output.Take();
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_safety_scanner_scan_json")]
    public static int ScanJson(NativeBuffer* result, ulong scanner, byte* body, nuint length) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        using var output = new NativeOutput();
        JsonScan.Scan(output, Handles.Scanner(scanner).Value, Input.Json(body, length));
        *result = output.Take();
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_safety_scanner_redact_json")]
    public static int RedactJson(NativeBuffer* result, ulong scanner, byte* body, nuint length) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        using var output = new NativeOutput();
        JsonScan.Redact(output, Handles.Scanner(scanner).Value, Input.Json(body, length));
        *result = output.Take();
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_safety_scanner_find")]
    public static int Find(NativeBuffer* result, ulong scanner, byte* text, nuint length) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        var bytes = Input.Bytes(text, length);
        *result = NativeFinding.Find(Handles.Scanner(scanner).Value, bytes);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_safety_scanner_kinds")]
    public static int Kinds(NativeBuffer* result, ulong scanner) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        using var output = new NativeOutput();
        KindsWriter.Write(output, Handles.Scanner(scanner).Value);
        *result = output.Take();
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
        using var output = new NativeOutput();
        scan.Push(output, bytes, final != 0);
        *result = output.Take();
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_safety_stream_free")]
    public static int StreamFree(ulong stream) => Guard.Run(() => HandleTable.Instance.Remove(HandleKind.Stream, stream));
}
