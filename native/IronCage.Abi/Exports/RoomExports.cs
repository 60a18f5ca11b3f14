using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using IronCage.Abi.Boundary;
using IronCage.Lang.Hosts;
using IronCage.Runtime.Standalone;

namespace IronCage.Abi.Exports;

/// <summary>Single rooms without a call: recognise, scan, redact, restore, count, price.</summary>
internal static unsafe class RoomExports
{
    [UnmanagedCallersOnly(EntryPoint = "ironcage_lang_recognise")]
    public static int Recognise(int* result, ulong engine, byte* url, nuint urlLength) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = 0;
        var protocol = Handles.Engine(engine).Engine.Hosts.Protocol(Input.Bytes(url, urlLength));
        *result = protocol == LlmProtocol.None ? 0 : 1;
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_safety_scan")]
    public static int Scan(NativeBuffer* result, ulong engine, byte* text, nuint length) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        using var output = new NativeOutput();
        SafetyTools.Scan(output, Handles.Engine(engine).Engine, Input.Bytes(text, length));
        *result = output.Take();
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_safety_redact")]
    public static int Redact(NativeBuffer* result, ulong engine, byte* text, nuint length) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        using var output = new NativeOutput();
        SafetyTools.Redact(output, Handles.Engine(engine).Engine, Input.Bytes(text, length));
        *result = output.Take();
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_safety_restore")]
    public static int Restore(NativeBuffer* result, ulong engine, byte* options, nuint optionsLength, byte* text, nuint length) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(TokenTools.Restore(Handles.Engine(engine).Engine, Input.Json(options, optionsLength), Input.Bytes(text, length)));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_spend")]
    public static int Spend(NativeBuffer* result, ulong engine, byte* options, nuint length) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(SpendTools.Spend(Handles.Engine(engine).Engine, Input.Json(options, length)));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_cost_count_tokens")]
    public static int CountTokens(long* result, ulong engine, byte* text, nuint length, byte* model, nuint modelLength) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = 0;
        var name = Input.Text(model, modelLength);
        *result = CostTools.CountTokens(Handles.Engine(engine).Engine, Input.Bytes(text, length), name)
            ?? throw new AbiException(Status.NotFound, $"model '{name}' is unknown or has no public tokenizer");
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_cost_price")]
    public static int Price(NativeBuffer* result, ulong engine, byte* model, nuint modelLength) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        var name = Input.Text(model, modelLength);
        *result = NativeBuffer.From(CostTools.Price(Handles.Engine(engine).Engine, name)
            ?? throw new AbiException(Status.NotFound, $"the price catalogue has no price for model '{name}'"));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_cost_explain")]
    public static int Explain(NativeBuffer* result, ulong engine, byte* query, nuint length) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(PriceExplanation.Explain(Handles.Engine(engine).Engine, Input.Json(query, length)));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_cost_answer")]
    public static int Answer(NativeBuffer* result, ulong engine, byte* query, nuint queryLength, byte* body, nuint bodyLength) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(PriceExplanation.ExplainAnswer(Handles.Engine(engine).Engine, Input.Json(query, queryLength), Input.Bytes(body, bodyLength)));
    });
}
