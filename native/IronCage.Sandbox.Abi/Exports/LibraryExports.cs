using System.Runtime.InteropServices;
using IronCage.Abi.Boundary;
using IronCage.Sandbox.Abi.Boundary;
using IronCage.Sandbox.Hosting;

namespace IronCage.Sandbox.Abi.Exports;

/// <summary>Identity of the library, errors, buffers, what the kernel can do.</summary>
internal static unsafe class LibraryExports
{
    [UnmanagedCallersOnly(EntryPoint = "ironcage_sandbox_abi_version")]
    public static int AbiVersion() => SandboxGuard.Value(() => 0, 0);

    [UnmanagedCallersOnly(EntryPoint = "ironcage_sandbox_abi_fingerprint")]
    public static byte* Fingerprint() => (byte*)SandboxGuard.Value(() => (nint)Strings.Fingerprint, 0);

    [UnmanagedCallersOnly(EntryPoint = "ironcage_sandbox_version")]
    public static byte* Version() => (byte*)SandboxGuard.Value(() => (nint)Strings.Version, 0);

    [UnmanagedCallersOnly(EntryPoint = "ironcage_sandbox_last_error")]
    public static byte* LastErrorText() => (byte*)SandboxGuard.Value(() => (nint)LastError.Get(), (nint)Strings.Empty);

    [UnmanagedCallersOnly(EntryPoint = "ironcage_sandbox_buffer_free")]
    public static void BufferFree(NativeBuffer* buffer) => SandboxGuard.Run(() => NativeBuffer.Free(buffer));

    [UnmanagedCallersOnly(EntryPoint = "ironcage_sandbox_set_supervisor")]
    public static int SetSupervisor(byte* path, nuint length) => SandboxGuard.Run(() =>
    {
        var text = SandboxInput.Text(path, length);
        if (!text.StartsWith('/') || text.Contains('\0', StringComparison.Ordinal))
            throw new AbiException(SandboxStatus.Argument, "the path of the supervisor must be absolute");
        SupervisorProcess.ProgramPath = text;
    });

    [UnmanagedCallersOnly(EntryPoint = "ironcage_sandbox_support")]
    public static int Support(NativeBuffer* result) => SandboxGuard.Run(() =>
    {
        SandboxInput.NotNull(result);
        *result = default;
        *result = NativeBuffer.From(SupportJson.Write(HostKernel.Support));
    });
}
