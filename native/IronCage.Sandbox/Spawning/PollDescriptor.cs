using System.Runtime.InteropServices;

namespace IronCage.Sandbox.Spawning;

/// <summary><c>struct pollfd</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor
{
    public const short In = 1;

    public int Descriptor;
    public short Events;
    public short Returned;
}
