using System.Runtime.InteropServices;
using IronCage.Abi.Boundary;
using IronCage.Sandbox.Abi.Boundary;
using IronCage.Sandbox.Hosting;

namespace IronCage.Sandbox.Abi.Exports;

/// <summary>Policies, and the trees that are started under them.</summary>
internal static unsafe class SandboxExports
{
    [UnmanagedCallersOnly(EntryPoint = "ironcage_sandbox_new")]
    public static int New(ulong* result, byte* setup, nuint length) => SandboxGuard.Run(() =>
    {
        SandboxInput.NotNull(result);
        *result = 0;
        *result = SandboxHandles.Add(new ConfiguredSandbox(SandboxInput.Bytes(setup, length).ToArray(), HostKernel.Support));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_sandbox_free")]
    public static int Free(ulong sandbox) => SandboxGuard.Run(() => SandboxHandles.Remove<ConfiguredSandbox>(sandbox));

    [UnmanagedCallersOnly(EntryPoint = "ironcage_sandbox_report")]
    public static int Report(NativeBuffer* result, ulong sandbox) => SandboxGuard.Run(() =>
    {
        SandboxInput.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(ReportJson.Write(SandboxHandles.Get<ConfiguredSandbox>(sandbox)));
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_sandbox_block")]
    public static int Block(NativeBuffer* result, int* ruleset, ulong sandbox) => SandboxGuard.Run(() =>
    {
        SandboxInput.NotNull(result);
        SandboxInput.NotNull(ruleset);
        *result = default;
        *ruleset = -1;
        var plan = BlockPlan.Make(SandboxHandles.Get<ConfiguredSandbox>(sandbox));
        *ruleset = plan.Ruleset;
        *result = NativeBuffer.From(plan.Json);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_sandbox_start")]
    public static int Start(ulong* result, int* descriptor, ulong sandbox, NativeCommand* command) => SandboxGuard.Run(() =>
    {
        SandboxInput.NotNull(result);
        SandboxInput.NotNull(descriptor);
        *result = 0;
        *descriptor = -1;
        var tree = LaunchedTree.Start(SandboxHandles.Get<ConfiguredSandbox>(sandbox), NativeCommand.Read(command));
        *descriptor = tree.Descriptor;
        *result = SandboxHandles.Add(tree);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_sandbox_process_poll")]
    public static int Poll(int* state, NativeBuffer* message, ulong process) => SandboxGuard.Run(() =>
    {
        SandboxInput.NotNull(state);
        SandboxInput.NotNull(message);
        *message = default;
        var tree = SandboxHandles.Get<LaunchedTree>(process);
        tree.Poll();
        *state = (int)tree.State;
        *message = NativeBuffer.From(tree.Message);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_sandbox_process_signal")]
    public static int Signal(ulong process, int signal) => SandboxGuard.Run(() =>
    {
        if (signal is < 0 or > 64)
            throw new AbiException(SandboxStatus.Argument, "a signal is 0 to 64");
        SandboxHandles.Get<LaunchedTree>(process).Signal(signal);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_sandbox_process_limit")]
    public static int Limit(ulong process, long timeout) => SandboxGuard.Run(() =>
    {
        if (timeout is < -1 or 0 or > int.MaxValue)
            throw new AbiException(SandboxStatus.Argument, "timeout_ms must be 1 to 2147483647, or -1");
        SandboxHandles.Get<LaunchedTree>(process).Limit(timeout);
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_sandbox_process_free")]
    public static int FreeProcess(ulong process) => SandboxGuard.Run(() => SandboxHandles.Remove<LaunchedTree>(process)?.Dispose());
}
