using System.Runtime.InteropServices;

namespace IronCage.Abi.Tests.Support;

/// <summary>The host's side of a descriptor.</summary>
internal static partial class Poll
{
    private const short In = 1;
    private const int Interrupted = 4;

    public static bool IsReadable(int descriptor)
    {
        var file = new PollFile { Descriptor = descriptor, Events = In };
        int ready;
        do
            ready = Native(ref file, 1, 0);
        while (ready < 0 && Marshal.GetLastPInvokeError() == Interrupted); // the runtime's own signals
        return ready >= 0 ? (file.Returned & In) != 0 : throw new AssertionException($"poll failed: {Marshal.GetLastPInvokeError()}");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFile
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Native(ref PollFile file, ulong count, int timeout);
}
