using System.Runtime.InteropServices;
using IronCage.Abi.Boundary;
using IronCage.Abi.Boundary.Fork;

namespace IronCage.Abi.Exports;

/// <summary>Identity of the library, errors, buffers.</summary>
internal static unsafe class LibraryExports
{
    [UnmanagedCallersOnly(EntryPoint = "ironcage_abi_version")]
    public static int AbiVersion() => Guard.Value(() => 0, 0);

    [UnmanagedCallersOnly(EntryPoint = "ironcage_abi_fingerprint")]
    public static byte* Fingerprint() => (byte*)Guard.Value(() => (nint)Strings.Fingerprint, 0);

    [UnmanagedCallersOnly(EntryPoint = "ironcage_version")]
    public static byte* Version() => (byte*)Guard.Value(() => (nint)Strings.Version, 0);

    [UnmanagedCallersOnly(EntryPoint = "ironcage_last_error")]
    public static byte* LastErrorText() => (byte*)Guard.Value(() => (nint)LastError.Get(), (nint)Strings.Empty);

    [UnmanagedCallersOnly(EntryPoint = "ironcage_fork_state")]
    public static void* ForkState() => (void*)Guard.Value(() => (nint)ForkList.Instance.State, 0);

    [UnmanagedCallersOnly(EntryPoint = "ironcage_fork_adopt")]
    public static int ForkAdopt(void* state) => Guard.Run(() => ForkChild.Adopt((ForkState*)state));

    [UnmanagedCallersOnly(EntryPoint = "ironcage_buffer_free")]
    public static void BufferFree(NativeBuffer* buffer) => Guard.Run(() => NativeBuffer.Free(buffer));
}
