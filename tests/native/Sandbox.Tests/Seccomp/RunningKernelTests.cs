using System.Collections.Immutable;
using System.Runtime.InteropServices;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Seccomp;
using IronCage.Sandbox.Tests.Policy;

namespace IronCage.Sandbox.Tests.Seccomp;

/// <summary>The kernel of this machine takes the programmes and decides as the machine of the tests does. A filter binds its thread for ever, so each is installed on a thread that then ends.</summary>
[Platform("Linux")]
public sealed partial class RunningKernelTests
{
    private const int SetNoNewPrivileges = 38;
    private const nint SetModeFilter = 1;
    private const int BadArgument = 22;

    /// <summary>Calls that would fail with another error, or do nothing, if they were let through.</summary>
    private static readonly (string Call, ulong[] Arguments)[] Harmless =
    [
        ("getppid", new ulong[6]), ("ptrace", [99, 0, 0, 0, 0, 0]), ("keyctl", [999, 0, 0, 0, 0, 0]), ("unshare", new ulong[6]), ("bpf", [999, 0, 0, 0, 0, 0]),
        ("io_uring_setup", new ulong[6]), ("clone3", new ulong[6]), ("open_by_handle_at", [ulong.MaxValue, 0, 0, 0, 0, 0]), ("memfd_create", [0, 0, 0, 0, 0, 0]),
        ("personality", [0xFFFF_FFFF, 0, 0, 0, 0, 0]), ("ioctl", [ulong.MaxValue, 0x5412, 0, 0, 0, 0]), ("ioctl", [ulong.MaxValue, 0x1_0000_5412, 0, 0, 0, 0]),
        ("ioctl", [ulong.MaxValue, 0x5413, 0, 0, 0, 0]), ("fcntl", [ulong.MaxValue, 8, 0, 0, 0, 0]), ("fcntl", [ulong.MaxValue, 1, 0, 0, 0, 0]),
        ("socket", [1, 1, 0, 0, 0, 0]), ("socket", [2, 1, 262, 0, 0, 0]), ("socket", [2, 3, 1, 0, 0, 0]), ("socketpair", [1, 2, 0, 0, 0, 0]), ("listen", [ulong.MaxValue, 0, 0, 0, 0, 0]),
        ("connect", [ulong.MaxValue, 0, 0, 0, 0, 0]), ("sendto", [ulong.MaxValue, 0, 0, 0x2000_0000, 0, 0]), ("setpriority", [0, 999_999, 0, 0, 0, 0]),
        ("prlimit64", [0, 12, 0, 0, 0, 0]), ("prlimit64", [0, 12, 1, 0, 0, 0]), ("inotify_add_watch", [ulong.MaxValue, 0, 0, 0, 0, 0]),
    ];

    [TestCase("{}")]
    [TestCase("""{"allow_network": [443], "max_processes": 5}""")]
    public void A_filter_decides_in_the_kernel_as_in_the_tests(string json)
    {
        if (KernelProbe.CurrentArchitecture is not { } architecture || !KernelProbe.Run().SeccompFilters)
        {
            Assert.Ignore("no filters on this machine");
            return;
        }
        var filter = Compiling.Compile(json, Compiling.Kernel(architecture: architecture)).Filter!;
        var table = SyscallTable.Of(architecture);
        var free = Errors(table, null);
        var confined = Errors(table, filter.Programme);
        Assert.Multiple(() =>
        {
            for (var i = 0; i < Harmless.Length; i++)
            {
                var (call, arguments) = Harmless[i];
                var action = filter.Decide((uint)architecture, (uint)table.NumberOf(call)!.Value, arguments);
                // Without a listener the kernel answers ENOSYS where a supervisor would be asked.
                var expected = action.Kind switch { FilterActionKind.Errno => action.ErrorNumber, FilterActionKind.Notify => 38, _ => free[i] };
                Assert.That(confined[i], Is.EqualTo(expected), $"{call}({string.Join(", ", arguments)})");
            }
        });
        Assert.That(free.Zip(confined).Count(pair => pair.First != pair.Second), Is.GreaterThan(8), "the control: without the filter these calls end otherwise");
    }

    private static int[] Errors(SyscallTable table, ImmutableArray<BpfInstruction>? programme)
    {
        var errors = new int[Harmless.Length];
        var installed = -1;
        var thread = new Thread(() =>
        {
            installed = programme is null ? 0 : Install(table, programme.Value.AsSpan());
            for (var i = 0; installed == 0 && i < errors.Length; i++)
            {
                var (call, a) = Harmless[i];
                var result = Syscall(table.NumberOf(call)!.Value, (nint)a[0], (nint)a[1], (nint)a[2], (nint)a[3], (nint)a[4], (nint)a[5]);
                errors[i] = result == -1 ? Marshal.GetLastPInvokeError() : 0;
            }
        });
        thread.Start();
        thread.Join();
        Assert.That(installed, Is.Zero, $"the kernel refuses the programme; {BadArgument}: it is none");
        return errors;
    }

    private static unsafe int Install(SyscallTable table, ReadOnlySpan<BpfInstruction> programme)
    {
        if (Syscall(table.NumberOf("prctl")!.Value, SetNoNewPrivileges, 1, 0, 0, 0, 0) != 0)
            return Marshal.GetLastPInvokeError();
        fixed (BpfInstruction* first = programme)
        {
            // struct sock_fprog: a count of 16 bits, then a pointer.
            var header = stackalloc nint[2] { programme.Length, (nint)first };
            return Syscall(table.NumberOf("seccomp")!.Value, SetModeFilter, 0, (nint)header, 0, 0, 0) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint a0, nint a1, nint a2, nint a3, nint a4, nint a5);
}
