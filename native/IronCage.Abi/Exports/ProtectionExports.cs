using System.Runtime.InteropServices;
using IronCage.Abi.Boundary;
using IronCage.Abi.Boundary.Fork;
using IronCage.Runtime.Budgets;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;

namespace IronCage.Abi.Exports;

/// <summary>Budgets, protections, runs.</summary>
internal static unsafe class ProtectionExports
{
    [UnmanagedCallersOnly(EntryPoint = "ironcage_budget_open")]
    public static int BudgetOpen(ulong* result, ulong engine, byte* options, nuint length) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = 0;
        var host = Handles.Engine(engine);
        var json = Input.Json(options, length);
        var budget = host.Engine.OpenBudget(json);
        host.Opened(budget);
        var record = ForkList.Instance.Add(ForkKind.Budget, json.Span, host.Record, text: budget.StoreUrl, account: budget.SharedAddress);
        *result = record.Publish(HandleTable.Instance.Add(HandleKind.Budget, new Hosted<SharedBudget>(host, budget, record)));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_budget_report")]
    public static int BudgetReport(NativeBuffer* result, ulong budget) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(Handles.Budget(budget).Value.Report());
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_budget_change")]
    public static int BudgetChange(NativeBuffer* result, ulong budget, byte* change, nuint length) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(Handles.Budget(budget).Value.Change(Input.Json(change, length)));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_budget_history")]
    public static int BudgetHistory(NativeBuffer* result, ulong budget, uint max) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(Handles.Budget(budget).Value.History(max is 0 or > 10_000 ? 10_000 : (int)max));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_budget_free")]
    public static int BudgetFree(ulong budget) => Guard.Run(() => HandleTable.Instance.Remove(HandleKind.Budget, budget));

    [UnmanagedCallersOnly(EntryPoint = "ironcage_protection_new")]
    public static int New(ulong* result, ulong engine, ulong budget, byte* options, nuint length) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = 0;
        var host = Handles.Engine(engine);
        var shared = budget == 0 ? null : Handles.Budget(budget);
        if (shared is not null && shared.Host != host)
            throw new AbiException(Status.Handle, "the budget belongs to another engine");
        var json = Input.Json(options, length);
        var protection = host.Engine.NewProtection(json, shared?.Value);
        var legacy = protection.Legacy;
        var record = ForkList.Instance.Add(ForkKind.Protection, json.Span, host.Record, shared?.Record,
            text: legacy.StoreUrl, account: legacy.Account, extra: legacy.Stop);
        *result = protection.Handle = record.Publish(HandleTable.Instance.Add(HandleKind.Protection, new Hosted<Protection>(host, protection, record)));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_protection_stop")]
    public static int Stop(ulong protection, byte* reason, nuint length) => Guard.Run(() =>
        Handles.Protection(protection).Value.Stop(Input.Text(reason, length)));

    [UnmanagedCallersOnly(EntryPoint = "ironcage_protection_change")]
    public static int Change(NativeBuffer* result, ulong protection, byte* change, nuint length) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(ProtectionChange.Make(Handles.Protection(protection).Value, Input.Json(change, length)));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_protection_report")]
    public static int Report(NativeBuffer* result, ulong protection) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(Handles.Protection(protection).Value.Report());
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_protection_agent_state")]
    public static int AgentState(NativeBuffer* result, ulong protection) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(Handles.Protection(protection).Value.AgentReport());
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_protection_restore")]
    public static int Restore(NativeBuffer* result, ulong protection, byte* place, nuint placeLength, byte* text, nuint length) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = default;
        var where = Input.Text(place, placeLength);
        *result = NativeBuffer.From(Handles.Protection(protection).Value.Restore(Input.Bytes(text, length), where));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_protection_free")]
    public static int Free(ulong protection) => Guard.Run(() => (HandleTable.Instance.Remove(HandleKind.Protection, protection) as Hosted<Protection>)?.Value.Retire());

    [UnmanagedCallersOnly(EntryPoint = "ironcage_run_open")]
    public static int RunOpen(ulong* result, ulong protection, ulong parent) => Guard.Run(() =>
    {
        Input.NotNull(result);
        *result = 0;
        var host = Handles.Protection(protection);
        var outer = parent == 0 ? null : Handles.Run(parent);
        if (outer is not null && outer.Host != host.Host)
            throw new AbiException(Status.Handle, "the parent run belongs to another engine");
        var run = host.Value.OpenRun(outer?.Value);
        var record = ForkList.Instance.Add(ForkKind.Run, default, host.Host.Record, host.Record, outer?.Record, account: run.AccountAddress, extra: run.CountAddress);
        *result = record.Publish(HandleTable.Instance.Add(HandleKind.Run, new Hosted<Run>(host.Host, run, record)));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_run_close")]
    public static int RunClose(NativeBuffer* refusal, ulong run) => Guard.Run(() =>
    {
        Input.NotNull(refusal);
        *refusal = default;
        if (run != 0 && Handles.Run(run).Value.Close() is { } remembered)
            *refusal = NativeBuffer.From(remembered.ToJson(respond: false, remembered: true).Span);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_run_free")]
    public static int RunFree(ulong run) => Guard.Run(() => (HandleTable.Instance.Remove(HandleKind.Run, run) as Hosted<Run>)?.Value.Close());
}
