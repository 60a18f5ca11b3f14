using System.Runtime.InteropServices;
using IronCage.Abi.Boundary;
using IronCage.Runtime.Standalone;

namespace IronCage.Abi.Exports;

/// <summary>Stores themselves.</summary>
internal static unsafe class StoreExports
{
    [UnmanagedCallersOnly(EntryPoint = "ironcage_store_check")]
    public static int Check(NativeBuffer* result, ulong engine, byte* options, nuint optionsLength) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(StoreTools.Check(Handles.Engine(engine).Engine, Input.Json(options, optionsLength)));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_store_control")]
    public static int Control(NativeBuffer* result, ulong engine, byte* options, nuint optionsLength) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(ControlTools.Control(Handles.Engine(engine).Engine, Input.Json(options, optionsLength)));
    });
}
