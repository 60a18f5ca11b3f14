using System.Runtime.InteropServices;
using IronCage.Abi.Boundary;
using IronCage.Runtime.Standalone;

namespace IronCage.Abi.Exports;

/// <summary>The audit trail of a store.</summary>
internal static unsafe class AuditExports
{
    [UnmanagedCallersOnly(EntryPoint = "ironcage_store_audit_verify")]
    public static int Verify(NativeBuffer* result, ulong engine, byte* options, nuint optionsLength) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(AuditTools.Verify(Handles.Engine(engine).Engine, Input.Json(options, optionsLength)));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_store_audit_export")]
    public static int Export(NativeBuffer* result, long* next, ulong engine, byte* options, nuint optionsLength) => Guard.Run(() =>
    {
        if (result is not null)
            *result = default;
        if (next is not null)
            *next = 0;
        Input.NotNull(result);
        Input.NotNull(next);
        using var output = new NativeOutput();
        *next = AuditTools.Export(output, Handles.Engine(engine).Engine, Input.Json(options, optionsLength));
        *result = output.Take();
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_store_audit_prune")]
    public static int Prune(NativeBuffer* result, ulong engine, byte* options, nuint optionsLength) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(AuditTools.Prune(Handles.Engine(engine).Engine, Input.Json(options, optionsLength)));
    });
}
